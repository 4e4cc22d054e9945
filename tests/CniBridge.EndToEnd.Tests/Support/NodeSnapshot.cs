using System.Text;
using System.Text.RegularExpressions;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>The state of a node that plugins can change, as one text to compare.</summary>
static partial class NodeSnapshot
{
    const string Script = """
        show='
        printf "%s\n" "link show" "address show" "-4 route show table all" "-6 route show table all" |
            ip -j -d -batch -
        exec grep . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding \
            /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/accept_dad \
            /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/ipv4/conf/*/arp_notify'
        (eval "$show")
        for pod in /run/netns/*; do
          echo "in $pod"
          nsenter --net="$pod" sh -c "$show"
        done
        """;

    /// <summary>Returns links, addresses, routes and settings of the node and of each pod, and all CNI files.</summary>
    public static string Snapshot(this ScratchNode node)
    {
        var kernel = Passing().Replace(node.Run("sh", "-c", Script).Succeeded().Stdout, "");
        return kernel + Files(node, "/var/lib/cni") + Files(node, "/etc/cni");
    }

    /// <summary>Returns a snapshot after the kernel has finished its work for new links. All links must be up at the end.</summary>
    public static string SettledSnapshot(this ScratchNode node)
    {
        var deadline = Environment.TickCount64 + 20_000;
        while (true)
        {
            var snapshot = node.Snapshot();
            if (!Unsettled().IsMatch(snapshot))
            {
                return snapshot;
            }

            Assert.True(Environment.TickCount64 < deadline, snapshot);
            // A snapshot starts some twenty processes. Duplicate address detection takes two seconds.
            Thread.Sleep(200);
        }
    }

    /// <summary>Returns the paths of the files that host-local and runtimes keep in the node, below /var/lib/cni.</summary>
    public static IReadOnlyList<string> CniFiles(this Node node) => node.Files("/var/lib/cni");

    /// <summary>Asserts that no link, reservation or partial file of any attachment is left.</summary>
    public static void AssertNoResidue(this Node node, string pod)
    {
        Assert.Empty(node.PodLinks(PodNetwork.Bridge));
        Assert.All(node.CniFiles(), file => Assert.Matches("/(lock|last_reserved_ip\\.[0-9]+)$", file));
        var links = node.IpJsonInPod(pod, "link", "show").EnumerateArray();
        Assert.Equal(["lo"], links.Select(link => link.GetProperty("ifname").GetString()));
    }

    static string Files(ScratchNode node, string directory)
    {
        var root = node.FromOutside(directory);
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            text.Append(directory).Append('/').Append(Path.GetRelativePath(root, path)).Append(' ')
                .Append(File.GetUnixFileMode(path)).Append('\n')
                .Append(File.Exists(path) ? ReadAllText(path) : "directory").Append('\n');
        }

        return text.ToString();
    }

    // The lock may be held, which the class library would refuse to read.
    static string ReadAllText(string path) => Path.GetFileName(path) == "lock" ? "" : File.ReadAllText(path);

    // The pattern matches timers, and flags of addresses during duplicate address detection.
    [GeneratedRegex("\"[a-z_]*(timer|life_time)\": *[0-9.]+,?")]
    private static partial Regex Passing();

    [GeneratedRegex("NO-CARRIER|LOWERLAYERDOWN|tentative")]
    private static partial Regex Unsettled();
}

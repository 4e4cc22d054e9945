using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>A node with a private /etc, and the state that an installation may change as one text to compare.</summary>
static partial class WholeNode
{
    public const string Bin = "/opt/cni/bin";

    // The node has a copy of /etc, so that the machine's files do not change. A node with NetworkManager and systemd has their directories.
    const string Setup = """
        set -e
        mkdir /run/node/etc
        cp -a /etc/passwd /etc/group /etc/hosts /etc/ld.so.cache /etc/protocols /etc/services /etc/iproute2 /run/node/etc 2> /dev/null || true
        umount /etc/cni /etc/cni-bridge
        mount --bind /run/node/etc /etc
        mkdir -p /etc/cni/net.d /etc/sysctl.d /etc/NetworkManager/conf.d /etc/systemd/network
        # Addresses are what they stay at once.
        echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
        ip link add eth0 type veth peer name lan0
        ip address add 192.168.1.11/24 dev eth0
        ip link set lan0 up
        ip link set eth0 up
        while ip address | grep -q -e tentative -e NO-CARRIER; do :; done
        ip route add default via 192.168.1.1
        """;

    const string State = """
        ip -j -d link show
        ip -j address show
        ip -j -4 route show table all
        ip -j -6 route show table all
        nft -j list ruleset
        cd /proc/sys/net
        grep -r . ipv4/ip_forward ipv4/conf ipv6/conf 2> /dev/null | grep -v stable_secret | sort
        find /opt/cni /etc /var/lib/cni /var/lib/cni-bridge /run -path /run/node -prune -o -path /run/mount -prune -o -printf '%p %y %m %l\n' | sort
        find /opt/cni /etc /var/lib/cni /var/lib/cni-bridge /run -path /run/node -prune -o -path /run/mount -prune -o -path /run/netns -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
        """;

    public static ScratchNode NewNode(params string[] programs)
    {
        Requirement.Node(["nft", "find", "sha256sum", .. programs]);
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.Run("sh", "-c", Setup).Succeeded();
        return node;
    }

    /// <summary>Returns links, addresses, routes, rules, settings, and files with their content.</summary>
    public static string WholeState(this ScratchNode node) => Passing().Replace(node.Run("sh", "-c", State).Succeeded().Stdout, "");

    public static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    /// <summary>Runs a command of the program under test at any installed path.</summary>
    public static CommandResult CniBridge(this ScratchNode node, params string[] arguments) => node.Run(Program, arguments);

    /// <summary>Returns the files of a plugin directory without those that an installation keeps for itself.</summary>
    public static IReadOnlyList<string> Plugins(this ScratchNode node, string directory = Bin) =>
        [.. node.Files(directory).Where(file => !file.StartsWith(".cni-bridge/", StringComparison.Ordinal))];

    /// <summary>Asserts exit code 1 and only one sentence with these words.</summary>
    public static void Fails(this CommandResult result, params string[] words)
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Empty(result.Stdout);
        Assert.StartsWith("cni-bridge: ", Assert.Single(result.Stderr.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, result.Stderr, StringComparison.Ordinal));
    }

    [GeneratedRegex("\"[a-z_]*(timer|life_time)\": *[0-9.]+,?")]
    private static partial Regex Passing();
}

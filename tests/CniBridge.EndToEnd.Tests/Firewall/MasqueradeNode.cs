using System.Text.Json;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>A node whose pods are masqueraded, and queries of its rules.</summary>
static partial class MasqueradeNode
{
    internal const string On = """{"ipMasq": true}""";

    internal const string OtherNetwork = """
        {
          "name": "other", "bridge": "cni1", "ipMasq": true,
          "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.99.0.0/24"}], [{"subnet": "fd00:99::/64"}]]}
        }
        """;

    /// <summary>Rules of other programs in nftables, also in tables with our names in other families.</summary>
    internal const string Foreign = """
        add table inet cni-bridge
        add chain inet cni-bridge masq { type filter hook input priority 0; }
        add table ip kube-proxy
        add set ip kube-proxy ports { type inet_service; elements = { 80, 443 }; }
        add chain ip kube-proxy postrouting { type nat hook postrouting priority srcnat; }
        add rule ip kube-proxy postrouting ip saddr 172.16.0.0/12 counter masquerade comment "theirs"
        add table ip6 nat
        add chain ip6 nat POSTROUTING { type nat hook postrouting priority srcnat; policy accept; }

        """;

    /// <summary>Returns the ruleset with new rules and chains in a stable order.</summary>
    internal static IEnumerable<string> Sorted(string ruleset) => ruleset.Split('\n').Order(StringComparer.Ordinal);

    internal static string Repair(ScratchNode node) =>
        node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "repair").Succeeded().Stdout;

    /// <summary>Returns the position of the netfilter socket among the sockets of its thread.</summary>
    internal static int SocketNumber(ScratchNode node, string verb, string keys)
    {
        var call = Call(node, verb, "pod", keys) with { Wrapper = ["strace", "-f", "-e", "trace=socket"] };
        var lines = call.Succeed().Stderr.Split('\n').Where(line => line.Contains("socket(", StringComparison.Ordinal)).ToList();
        if (verb == "ADD")
        {
            Call(node, "DEL", "pod", keys).Succeed();
        }
        var wanted = lines.Single(line => line.Contains("NETFILTER", StringComparison.Ordinal));
        var thread = ThreadPattern().Match(wanted).Value;
        return lines.Where(line => ThreadPattern().Match(line).Value == thread).ToList().IndexOf(wanted) + 1;
    }

    internal static string[] Pods(int count) => [.. Enumerable.Range(1, count).Select(number => $"p{number}")];

    internal static void AddAtOnce(ScratchNode node, int count, string keys)
    {
        node.WriteFile($"{Node.Directory}/network", Configurations.With(keys));
        var plugin = Path.Combine(PluginDirectory.UnderTest, "bridge");
        node.Run("sh", "-ec", $$"""
            cd {{Node.Directory}}
            export CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            for verb in ADD DEL; do
              export CNI_COMMAND=$verb
              for i in $(seq {{count}}); do
                (CNI_CONTAINERID=c$i CNI_NETNS=/run/netns/p$i {{Shell.Quote(plugin)}} < network > out.$i 2>&1 || echo $i: $(cat out.$i) >> failed) &
              done
              wait
            done
            ! cat failed 2>/dev/null || exit 1
            """).Succeeded();
    }

    internal static string Host(string subnet) => PodNetwork.IsIpv6(subnet) ? OutsideWorld.HostV6 : OutsideWorld.HostV4;

    internal static string NodeAddress(string subnet) => PodNetwork.IsIpv6(subnet) ? OutsideWorld.NodeV6 : OutsideWorld.NodeV4;

    /// <summary>Returns all tables as text without counters, ordered by family, because new tables come last.</summary>
    internal static string Ruleset(ScratchNode node) => string.Concat(new[] { "inet", "ip", "ip6" }
        .Select(family => node.Run("nft", "--stateless", "list", "ruleset", family).Succeeded().Stdout));

    /// <summary>Returns the kind and handle of every object. The kernel gives new objects new handles.</summary>
    internal static string Handles(ScratchNode node) => node.Run("nft", "--stateless", "--handle", "list", "ruleset").Succeeded().Stdout;

    internal static List<JsonElement> Objects(ScratchNode node, string kind) =>
        [.. node.Run("nft", "-j", "list", "ruleset").Succeeded().Json.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty(kind, out _)).Select(item => item.GetProperty(kind))];

    internal static List<JsonElement> Ours(ScratchNode node, string kind) => Objects(node, kind).FindAll(
        item => item.GetProperty("table").GetString() == "cni-bridge" && Family(item) != "inet");

    internal static string Family(JsonElement item) => item.GetProperty("family").GetString()!;

    internal static CommandResult Add(ScratchNode node, string pod, string keys = On) => Call(node, "ADD", pod, On, keys).Succeed();

    internal static RawCall Call(ScratchNode node, string verb, string pod, string keys = On, string otherKeys = "{}") =>
        RawCall.Of(node, verb, Configurations.With(keys, otherKeys), pod);

    internal static ScratchNode NewNode(params string[] pods)
    {
        Requirement.Node("nft");
        Requirement.Ipv6();
        var node = new ScratchNode();
        foreach (var pod in pods)
        {
            node.AddPod(pod);
        }
        return node;
    }

    [GeneratedRegex("comment \"(.*)\"")]
    internal static partial Regex CommentPattern();

    [GeneratedRegex(@"^\[pid +\d+\]")]
    internal static partial Regex ThreadPattern();
}

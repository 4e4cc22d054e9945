using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>Helpers for tests of macspoofchk: the rules that nft lists, and the records on disk.</summary>
static class SpoofGuards
{
    public const string On = """{"macspoofchk": true}""";

    public const string Records = "/run/cni-bridge/spoof-check";

    /// <summary>A MAC that no pod has.</summary>
    public const string Forged = "02:ba:d0:00:00:01";

    public static ScratchNode NewNode(params string[] pods)
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

    public static RawCall Call(Node node, string verb, string pod, string keys = On, string otherKeys = "{}") =>
        RawCall.Of(node, verb, Configurations.With(keys, otherKeys), pod);

    public static CommandResult Add(Node node, string pod, string keys = On) => Call(node, "ADD", pod, keys).Succeed();

    /// <summary>Returns the host veth and the pod's MAC of a result.</summary>
    public static (string Port, string Mac) Ends(CommandResult added)
    {
        var interfaces = added.Json.GetProperty("interfaces");
        return (interfaces[1].GetProperty("name").GetString()!, interfaces[2].GetProperty("mac").GetString()!);
    }

    /// <summary>Returns everything that nft lists for the tables of a family, by kind: table, chain, set, rule.</summary>
    public static List<JsonElement> Objects(Node node, string kind) =>
        [.. node.Run("nft", "-j", "list", "ruleset", "bridge").Succeeded().Json.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty(kind, out _)).Select(item => item.GetProperty(kind))];

    /// <summary>Returns the elements of both sets, each as PORT or PORT MAC and its comment.</summary>
    public static List<string> Elements(Node node) => [.. Objects(node, "set")
        .Where(set => set.GetProperty("table").GetString() == "cni-bridge" && set.TryGetProperty("elem", out _))
        .SelectMany(set => set.GetProperty("elem").EnumerateArray()).Select(Text).Order(StringComparer.Ordinal)];

    static string Text(JsonElement item)
    {
        var element = item.GetProperty("elem");
        var value = element.GetProperty("val");
        var key = value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : string.Join(' ', value.GetProperty("concat").EnumerateArray().Select(part => part.GetString()));
        return $"{key}: {element.GetProperty("comment").GetString()}";
    }

    /// <summary>Returns the elements of attachments with these ends.</summary>
    public static IEnumerable<string> Expected(params IEnumerable<(string Pod, CommandResult Added)> attachments) =>
        [.. attachments.SelectMany(attachment => Expected(attachment.Pod, Ends(attachment.Added))).Order(StringComparer.Ordinal)];

    static string[] Expected(string pod, (string Port, string Mac) ends)
    {
        var owner = $"podnet/container-{pod}/eth0";
        return [$"{ends.Port}: {owner} {ends.Mac}", $"{ends.Port} {ends.Mac}: {owner}"];
    }

    /// <summary>Returns the number of frames that our rule has dropped.</summary>
    public static long Dropped(Node node) => Assert.Single(
        Objects(node, "rule"), rule => rule.GetProperty("table").GetString() == "cni-bridge").GetProperty("expr").EnumerateArray()
        .Single(expression => expression.TryGetProperty("counter", out _)).GetProperty("counter").GetProperty("packets").GetInt64();

    public static void AssertNothingLeft(Node node)
    {
        Assert.Empty(Elements(node));
        Assert.DoesNotContain(node.Files(Records), file => !file.StartsWith('.'));
    }

    public static bool Reaches(Node node, string pod, string address) =>
        node.InPod(pod, "ping", "-c2", "-i0.2", "-W1", address).ExitCode == 0;

    /// <summary>Gives the container interface another MAC while it is up, as any container with CAP_NET_ADMIN can.</summary>
    public static void SetMac(Node node, string pod, string mac) =>
        node.InPod(pod, "ip", "link", "set", "eth0", "address", mac).Succeeded();
}

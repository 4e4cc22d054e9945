using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>A node whose network has changed its range, and checks of its addresses.</summary>
static class ChangedRangeNode
{
    internal const string OldRange = """{"subnet": "10.88.0.0/24"}""";
    internal const string NewRange = """{"subnet": "10.99.0.0/24"}""";
    internal const string OldGateway = "10.88.0.1/24";
    internal const string NewGateway = "10.99.0.1/24";

    internal static void AssertSaysReplaced(CommandResult added, string oldGateway, string newGateway)
    {
        Assert.Contains("replaced", added.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(oldGateway, added.Stderr, StringComparison.Ordinal);
        Assert.Contains(newGateway, added.Stderr, StringComparison.Ordinal);
    }

    /// <summary>Asserts that the log names the users of the old address and the command for the time after their end.</summary>
    internal static void AssertSaysWhoUses(CommandResult added, string oldGateway, string pod, string address)
    {
        Assert.Contains($"container-{pod}", added.Stderr, StringComparison.Ordinal);
        Assert.Contains(address, added.Stderr, StringComparison.Ordinal);
        Assert.Contains($"ip address del {oldGateway} dev cni0", added.Stderr, StringComparison.Ordinal);
    }

    internal static void AssertSaysStays(CommandResult added, string gateway) =>
        Assert.Contains(gateway, added.Stderr, StringComparison.Ordinal);

    /// <summary>Asserts that pod and gateway reach each other.</summary>
    internal static void AssertConnected(ScratchNode node, string pod, string gateway, string address)
    {
        node.AssertPodReaches(pod, gateway);
        node.AssertReaches(address);
    }

    internal static void ComeAndGo(ScratchNode node, bool madeByGo, string range, params string[] pods)
    {
        var calls = pods.Select(pod => Pod(node, pod, range, madeByGo)).ToList();
        var results = calls.Select(call => call.Add().Succeeded().Json).ToList();
        Assert.All(calls.Zip(results), pod => pod.First.Del(pod.Second).Succeeded());
        Assert.Empty(node.Reservations());
    }

    internal static PluginCall Pod(ScratchNode node, string name, string range, bool madeByGo = false, string keys = "{}") =>
        node.Pod(name, madeByGo ? PluginDirectory.Go : PluginDirectory.UnderTest) with
        {
            Configuration = Configurations.WithIpam(range, keys),
        };

    internal static string AddressOf(JsonElement result) =>
        result.GetProperty("ips")[0].GetProperty("address").GetString()!.Split('/')[0];

    internal static IEnumerable<string> BridgeAddresses(ScratchNode node) =>
        node.IpJson("address", "show", "cni0").GlobalAddresses().Order(StringComparer.Ordinal);

    internal static void AssertNoRoute(ScratchNode node, string subnet) =>
        Assert.Empty(node.IpJson("route", "show", "root", subnet, "table", "all").EnumerateArray());

    internal static ScratchNode NewNode(bool needsGo = false)
    {
        Requirement.Node();
        Requirement.Ipv6();
        if (needsGo)
        {
            Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        }

        return new ScratchNode();
    }
}

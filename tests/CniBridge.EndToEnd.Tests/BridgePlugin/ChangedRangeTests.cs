using System.Globalization;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>
/// Tests of a bridge with the gateway address of a former range: the address is replaced if no pod can use it. Otherwise it stays beside
/// the new one, with a message on standard error.
/// </summary>
public sealed class ChangedRangeTests
{
    const string OldRange = """{"subnet": "10.88.0.0/24"}""";
    const string NewRange = """{"subnet": "10.99.0.0/24"}""";
    const string OldGateway = "10.88.0.1/24";
    const string NewGateway = "10.99.0.1/24";

    /// <summary>Ranges and gateways before and after the change. IPv6 ranges conflict only if they overlap.</summary>
    public static TheoryData<string, string, string, string> OverlappingRanges => new()
    {
        {
            """{"subnet": "fd00:88::/64"}""", "fd00:88::1/64",
            """{"subnet": "fd00:88::/48", "gateway": "fd00:88::9"}""", "fd00:88::9/48"
        },
        {
            """{"subnet": "fd00:88::/48"}""", "fd00:88::1/48",
            """{"subnet": "fd00:88::/64", "gateway": "fd00:88::9"}""", "fd00:88::9/64"
        },
    };

    public static TheoryData<string> ForeignPorts =>
    [
        "ip link add port0 type veth peer name port1; ip link set port0 up master cni0; ip link set port1 up",
        "ip link add port0 type veth peer name port1; ip link set port0 up alias mine master cni0",
        "ip tuntap add dev port0 mode tap; ip link set port0 up master cni0",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gateway_address_of_a_range_without_pods_is_replaced(bool madeByGo)
    {
        using var node = NewNode(madeByGo);
        ComeAndGo(node, madeByGo, OldRange, "one", "two", "three");
        Assert.Equal([OldGateway], BridgeAddresses(node));

        var call = Pod(node, "new", NewRange);
        var added = call.Add().Succeeded();

        Assert.Equal([NewGateway], BridgeAddresses(node));
        AssertNoRoute(node, "10.88.0.0/24");
        AssertSaysReplaced(added, OldGateway, NewGateway);
        AssertConnected(node, "new", "10.99.0.1", "10.99.0.2");
        call.Check(added.Json).Succeeded();
    }

    [Theory]
    [MemberData(nameof(OverlappingRanges))]
    public void An_overlapping_IPv6_gateway_address_without_pods_is_replaced(
        string oldRange,
        string oldGateway,
        string newRange,
        string newGateway)
    {
        using var node = NewNode();
        ComeAndGo(node, false, oldRange, "old");

        var call = Pod(node, "new", newRange);
        var added = call.Add().Succeeded();

        Assert.Equal([newGateway], BridgeAddresses(node));
        AssertSaysReplaced(added, oldGateway, newGateway);
        AssertConnected(node, "new", "fd00:88::9", AddressOf(added.Json));
        call.Check(added.Json).Succeeded();
    }

    [Fact]
    public void Another_IPv6_address_does_not_conflict_and_stays()
    {
        using var node = NewNode();
        ComeAndGo(node, false, """{"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}""", "old");

        var added = Pod(node, "new", """{"ranges": [[{"subnet": "10.99.0.0/24"}], [{"subnet": "fd00:99::/64"}]]}""")
            .Add().Succeeded();

        Assert.Equal([NewGateway, "fd00:88::1/64", "fd00:99::1/64"], BridgeAddresses(node));
        Assert.DoesNotContain("fd00:88::1", added.Stderr, StringComparison.Ordinal);
        AssertConnected(node, "new", "10.99.0.1", "10.99.0.2");
        AssertConnected(node, "new", "fd00:99::1", "fd00:99::2");
    }

    [Theory]
    [InlineData("""{"subnet": "10.88.0.0/16"}""", "10.88.0.1/16", OldRange, OldGateway)]
    [InlineData(OldRange, OldGateway, """{"subnet": "10.88.0.0/16"}""", "10.88.0.1/16")]
    [InlineData("""{"subnet": "fd00:88::/48"}""", "fd00:88::1/48", """{"subnet": "fd00:88::/64"}""", "fd00:88::1/64")]
    [InlineData("""{"subnet": "fd00:88::/64"}""", "fd00:88::1/64", """{"subnet": "fd00:88::/48"}""", "fd00:88::1/48")]
    public void The_same_address_with_another_prefix_length_is_replaced(
        string oldRange,
        string oldGateway,
        string newRange,
        string newGateway)
    {
        using var node = NewNode();
        ComeAndGo(node, false, oldRange, "old");

        var added = Pod(node, "new", newRange).Add().Succeeded();

        Assert.Equal([newGateway], BridgeAddresses(node));
        AssertSaysReplaced(added, oldGateway, newGateway);
        AssertConnected(node, "new", newGateway[..newGateway.IndexOf('/', StringComparison.Ordinal)], AddressOf(added.Json));
    }

    [Fact]
    public void A_failed_ADD_does_not_lose_the_owner_of_the_old_address()
    {
        using var node = NewNode();
        ComeAndGo(node, false, OldRange, "old");
        var call = Pod(node, "new", NewRange);
        node.Run("ip", "-n", "new", "link", "add", "eth0", "type", "bridge").Succeeded();
        Assert.Equal(1, call.Add().ExitCode);
        node.Run("ip", "-n", "new", "link", "delete", "eth0").Succeeded();

        var added = call.Add().Succeeded();

        Assert.Equal([NewGateway], BridgeAddresses(node));
        AssertSaysReplaced(added, OldGateway, NewGateway);
    }

    [Fact]
    public void Concurrent_ADDs_replace_the_address_once()
    {
        using var node = NewNode();
        ComeAndGo(node, false, OldRange, "old");
        var calls = Enumerable.Range(1, 20)
            .Select(number => Pod(node, string.Create(CultureInfo.InvariantCulture, $"new{number}"), NewRange)).ToList();

        var results = calls.AsParallel().WithDegreeOfParallelism(calls.Count).Select(call => call.Add().Succeeded()).ToList();

        var present = BridgeAddresses(node).ToList();
        Assert.True(present is [NewGateway], $"{string.Join(' ', present)}: {string.Concat(results.Select(result => result.Stderr))}");
        AssertConnected(node, "new1", "10.99.0.1", "10.99.0.21");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_gateway_address_of_a_range_with_pods_stays_beside_the_new_one(bool madeByGo)
    {
        using var node = NewNode(madeByGo);
        string[] pods = ["one", "two", "three"];
        var calls = pods.Select(pod => Pod(node, pod, OldRange, madeByGo)).ToList();
        var results = calls.Select(call => call.Add().Succeeded().Json).ToList();

        var newCall = Pod(node, "new", NewRange);
        var added = newCall.Add().Succeeded();

        Assert.Equal([OldGateway, NewGateway], BridgeAddresses(node));
        foreach (var (pod, result) in pods.Zip(results))
        {
            AssertSaysWhoUses(added, OldGateway, pod, AddressOf(result));
            AssertConnected(node, pod, "10.88.0.1", AddressOf(result));
            // The pod's own address is local, and the loopback interface is down.
            foreach (var other in results.Select(AddressOf).Where(other => other != AddressOf(result)))
            {
                node.AssertPodReaches(pod, other);
            }

            node.AssertPodReaches(pod, "10.99.0.1");
            node.AssertPodReaches(pod, "10.99.0.2");
            node.AssertPodReaches("new", AddressOf(result));
        }

        AssertConnected(node, "new", "10.99.0.1", "10.99.0.2");
        newCall.Check(added.Json).Succeeded();
        Assert.All(calls.Zip(results), old =>
            (old.First with { PluginDirectory = PluginDirectory.UnderTest }).Check(old.Second).Succeeded());
    }

    [Fact]
    public void Pods_of_the_new_range_work_after_the_last_pod_of_the_old_range()
    {
        using var node = NewNode();
        var oldCall = Pod(node, "old", OldRange);
        var oldResult = oldCall.Add().Succeeded().Json;
        var firstCall = Pod(node, "first", NewRange);
        var firstResult = firstCall.Add().Succeeded().Json;

        oldCall.Del(oldResult).Succeeded();
        firstCall.Check(firstResult).Succeeded();
        var secondCall = Pod(node, "second", NewRange);
        var secondResult = secondCall.Add().Succeeded().Json;

        Assert.Contains(NewGateway, BridgeAddresses(node));
        AssertConnected(node, "first", "10.99.0.1", "10.99.0.2");
        AssertConnected(node, "second", "10.99.0.1", "10.99.0.3");
        node.AssertPodReaches("first", "10.99.0.3");
        secondCall.Check(secondResult).Succeeded();
        firstCall.Del(firstResult).Succeeded();
        secondCall.Del(secondResult).Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    [Theory]
    [MemberData(nameof(OverlappingRanges))]
    public void An_overlapping_IPv6_gateway_address_with_pods_stays(
        string oldRange,
        string oldGateway,
        string newRange,
        string newGateway)
    {
        using var node = NewNode();
        var oldResult = Pod(node, "old", oldRange).Add().Succeeded().Json;

        var added = Pod(node, "new", newRange).Add().Succeeded();

        Assert.Equal([oldGateway, newGateway], BridgeAddresses(node));
        AssertSaysWhoUses(added, oldGateway, "old", AddressOf(oldResult));
        AssertConnected(node, "old", "fd00:88::1", AddressOf(oldResult));
        AssertConnected(node, "new", "fd00:88::9", AddressOf(added.Json));
        node.AssertPodReaches("old", AddressOf(added.Json));
    }

    [Theory]
    [InlineData("""{"subnet": "10.88.0.0/16"}""", "10.88.0.1/16", "10.88.5.5", OldRange, OldGateway, "10.88.0.77")]
    [InlineData(OldRange, OldGateway, "10.88.0.5", """{"subnet": "10.88.0.0/16"}""", "10.88.0.1/16", "10.88.7.7")]
    public void A_gateway_address_with_another_prefix_length_stays_while_it_has_pods(
        string oldRange,
        string oldGateway,
        string oldPod,
        string newRange,
        string newGateway,
        string newPod)
    {
        using var node = NewNode();
        (Pod(node, "old", oldRange) with { Arguments = $"IP={oldPod}" }).Add().Succeeded();

        var added = (Pod(node, "new", newRange) with { Arguments = $"IP={newPod}" }).Add().Succeeded();

        Assert.Equal(new[] { oldGateway, newGateway }.Order(StringComparer.Ordinal), BridgeAddresses(node));
        AssertSaysWhoUses(added, oldGateway, "old", oldPod);
        AssertConnected(node, "old", "10.88.0.1", oldPod);
        AssertConnected(node, "new", "10.88.0.1", newPod);
        node.AssertPodReaches("old", newPod);
    }

    // An IPv6 link cannot have one address twice, even with two prefix lengths. The shorter one serves both ranges.
    [Theory]
    [InlineData("""{"subnet": "fd00:88::/48"}""", "fd00:88:0:5::5", """{"subnet": "fd00:88::/64"}""", "fd00:88::77")]
    [InlineData("""{"subnet": "fd00:88::/64"}""", "fd00:88::5", """{"subnet": "fd00:88::/48"}""", "fd00:88:0:7::7")]
    public void An_IPv6_gateway_address_with_another_prefix_length_serves_all_pods(
        string oldRange,
        string oldPod,
        string newRange,
        string newPod)
    {
        using var node = NewNode();
        (Pod(node, "old", oldRange) with { Arguments = $"IP={oldPod}" }).Add().Succeeded();

        var newCall = Pod(node, "new", newRange) with { Arguments = $"IP={newPod}" };
        var added = newCall.Add().Succeeded();

        AssertConnected(node, "old", "fd00:88::1", oldPod);
        AssertConnected(node, "new", "fd00:88::1", newPod);
        node.AssertPodReaches("old", newPod);
        newCall.Check(added.Json).Succeeded();
    }

    [Fact]
    public void forceAddress_replaces_a_gateway_address_with_pods()
    {
        using var node = NewNode();
        Pod(node, "old", OldRange).Add().Succeeded();

        Pod(node, "new", NewRange, keys: """{"forceAddress": true}""").Add().Succeeded();

        Assert.Equal([NewGateway], BridgeAddresses(node));
        AssertNoRoute(node, "10.88.0.0/24");
        AssertConnected(node, "new", "10.99.0.1", "10.99.0.2");
    }

    [Fact]
    public void forceAddress_removes_an_old_address_beside_the_new_one()
    {
        using var node = NewNode();
        Pod(node, "old", OldRange).Add().Succeeded();
        Pod(node, "first", NewRange).Add().Succeeded();
        Assert.Equal([OldGateway, NewGateway], BridgeAddresses(node));

        Pod(node, "second", NewRange, keys: """{"forceAddress": true}""").Add().Succeeded();

        Assert.Equal([NewGateway], BridgeAddresses(node));
        AssertConnected(node, "second", "10.99.0.1", "10.99.0.3");
    }

    [Theory]
    [MemberData(nameof(ForeignPorts))]
    public void The_old_address_stays_while_the_bridge_has_a_port_of_another_program(string command)
    {
        using var node = NewNode();
        if (command.Contains("tuntap", StringComparison.Ordinal) && !File.Exists("/dev/net/tun"))
        {
            Assert.Skip("there are no taps here: no /dev/net/tun");
        }

        ComeAndGo(node, false, OldRange, "old");
        node.Run("sh", "-ec", command).Succeeded();

        var added = Pod(node, "new", NewRange).Add().Succeeded();
        Pod(node, "another", NewRange).Add().Succeeded();

        Assert.Equal([OldGateway, NewGateway], BridgeAddresses(node));
        AssertSaysStays(added, OldGateway);
        AssertConnected(node, "new", "10.99.0.1", "10.99.0.2");
        node.AssertPodReaches("another", "10.99.0.2");
    }

    [Fact]
    public void An_address_that_never_belonged_to_a_range_stays()
    {
        using var node = NewNode();
        node.Run("sh", "-ec", "ip link add cni0 up type bridge; ip address add 192.168.50.1/24 dev cni0").Succeeded();

        var added = Pod(node, "pod", OldRange).Add().Succeeded();

        Assert.Equal([OldGateway, "192.168.50.1/24"], BridgeAddresses(node));
        AssertSaysStays(added, "192.168.50.1/24");
        AssertConnected(node, "pod", "10.88.0.1", "10.88.0.2");
        node.AssertPodReaches("pod", "192.168.50.1");
    }

    [Fact]
    public void A_foreign_address_stays_if_the_address_of_the_old_range_is_replaced()
    {
        using var node = NewNode();
        node.Run("sh", "-ec", "ip link add cni0 up type bridge; ip address add 192.168.50.1/24 dev cni0").Succeeded();
        ComeAndGo(node, false, OldRange, "old");

        var added = Pod(node, "new", NewRange).Add().Succeeded();

        Assert.Equal([NewGateway, "192.168.50.1/24"], BridgeAddresses(node));
        AssertSaysReplaced(added, OldGateway, NewGateway);
        AssertConnected(node, "new", "10.99.0.1", "10.99.0.2");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_address_of_another_network_on_the_same_bridge_stays(bool isPodGone)
    {
        using var node = NewNode();
        var otherCall = Pod(node, "other", OldRange, keys: """{"name": "othernet"}""");
        var otherResult = otherCall.Add().Succeeded().Json;
        if (isPodGone)
        {
            otherCall.Del(otherResult).Succeeded();
        }

        var added = Pod(node, "new", NewRange).Add().Succeeded();

        Assert.Equal([OldGateway, NewGateway], BridgeAddresses(node));
        AssertSaysStays(added, OldGateway);
        AssertConnected(node, "new", "10.99.0.1", "10.99.0.2");
        if (!isPodGone)
        {
            AssertConnected(node, "other", "10.88.0.1", "10.88.0.2");
        }
    }

    static void AssertSaysReplaced(CommandResult added, string oldGateway, string newGateway)
    {
        Assert.Contains("replaced", added.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(oldGateway, added.Stderr, StringComparison.Ordinal);
        Assert.Contains(newGateway, added.Stderr, StringComparison.Ordinal);
    }

    /// <summary>Asserts that the log names the users of the old address and the command for the time after their end.</summary>
    static void AssertSaysWhoUses(CommandResult added, string oldGateway, string pod, string address)
    {
        Assert.Contains($"container-{pod}", added.Stderr, StringComparison.Ordinal);
        Assert.Contains(address, added.Stderr, StringComparison.Ordinal);
        Assert.Contains($"ip address del {oldGateway} dev cni0", added.Stderr, StringComparison.Ordinal);
    }

    static void AssertSaysStays(CommandResult added, string gateway) =>
        Assert.Contains(gateway, added.Stderr, StringComparison.Ordinal);

    /// <summary>Asserts that pod and gateway reach each other.</summary>
    static void AssertConnected(ScratchNode node, string pod, string gateway, string address)
    {
        node.AssertPodReaches(pod, gateway);
        node.AssertReaches(address);
    }

    static void ComeAndGo(ScratchNode node, bool madeByGo, string range, params string[] pods)
    {
        var calls = pods.Select(pod => Pod(node, pod, range, madeByGo)).ToList();
        var results = calls.Select(call => call.Add().Succeeded().Json).ToList();
        Assert.All(calls.Zip(results), pod => pod.First.Del(pod.Second).Succeeded());
        Assert.Empty(node.Reservations());
    }

    static PluginCall Pod(ScratchNode node, string name, string range, bool madeByGo = false, string keys = "{}") =>
        node.Pod(name, madeByGo ? PluginDirectory.Go : PluginDirectory.UnderTest) with
        {
            Configuration = Configurations.WithIpam(range, keys),
        };

    static string AddressOf(JsonElement result) =>
        result.GetProperty("ips")[0].GetProperty("address").GetString()!.Split('/')[0];

    static IEnumerable<string> BridgeAddresses(ScratchNode node) =>
        node.IpJson("address", "show", "cni0").GlobalAddresses().Order(StringComparer.Ordinal);

    static void AssertNoRoute(ScratchNode node, string subnet) =>
        Assert.Empty(node.IpJson("route", "show", "root", subnet, "table", "all").EnumerateArray());

    static ScratchNode NewNode(bool needsGo = false)
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

using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.BridgePlugin.ChangedRangeNode;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>
/// Tests of a bridge with the gateway address of a former range that pods still use: the address stays beside the new one, with a message
/// on standard error.
/// </summary>
public sealed class UsedRangeTests
{
    public static TheoryData<string> ForeignPorts =>
    [
        "ip link add port0 type veth peer name port1; ip link set port0 up master cni0; ip link set port1 up",
        "ip link add port0 type veth peer name port1; ip link set port0 up alias mine master cni0",
        "ip tuntap add dev port0 mode tap; ip link set port0 up master cni0",
    ];

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
    [MemberData(nameof(ChangedRangeTests.OverlappingRanges), MemberType = typeof(ChangedRangeTests))]
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
}

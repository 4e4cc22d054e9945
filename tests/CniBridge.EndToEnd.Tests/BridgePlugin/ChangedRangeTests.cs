using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.BridgePlugin.ChangedRangeNode;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of a bridge with the gateway address of a former range: the address is replaced if no pod can use it.</summary>
public sealed class ChangedRangeTests
{
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
}

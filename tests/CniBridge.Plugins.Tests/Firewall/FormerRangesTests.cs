using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Node.Firewall;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Ipam;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of ranges that a network had before its configuration changed: they stay masqueraded while pods use them.</summary>
public sealed class FormerRangesTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly StringWriter _log = new(System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _log.Dispose();
        _root.Dispose();
    }

    MasqueradeRecords Records => new(_root["run"]);

    MasqueradeRules Rules(NftSocket socket) => new(socket, Records, _log);

    static AddressSpan Span(string text) => AddressSpan.TryParse(text)!;

    NetworkMasquerade Of(string subnet, string? store = "store")
    {
        var cidr = Cidr.Parse(subnet);
        return NetworkMasquerade.Create(
            "pods", cidr.Address.Family, [new AddressPool(cidr.Network.Next(), cidr.Last.Previous(), cidr)], []) with
        {
            Store = store is null ? "" : _root[store],
        };
    }

    void Reserve(string address, string store = "store")
    {
        Directory.CreateDirectory(_root[store]);
        File.WriteAllText(_root[$"{store}/{address}"], "cid\r\neth0");
    }

    void Release(string address, string store = "store") => File.Delete(_root[$"{store}/{address}"]);

    /// <summary>Returns the ranges of both sets of the network's only chain, as nft prints them.</summary>
    static string Sets(ScratchFirewall firewall, string family = "ip")
    {
        var ruleset = firewall.Nft("", "--stateless", "list", "table", family, "cni-bridge").Replace("\n", " ", StringComparison.Ordinal);
        Assert.Single(ruleset.Split("type nat hook postrouting").Skip(1));
        return string.Join(" | ", ruleset.Split("elements = {").Skip(1).Select(part =>
            string.Join(
                ' ', part[..part.IndexOf('}', StringComparison.Ordinal)].Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries))));
    }

    const string Old = "10.88.0.0/24", New = "10.99.0.0/24";
    const string Both = "10.88.0.1-10.88.0.254 10.99.0.1-10.99.0.254 | 10.88.0.1-10.88.0.254 10.99.0.0/24 224.0.0.0/4";
    const string OnlyNew = "10.99.0.1-10.99.0.254 | 10.99.0.0/24 224.0.0.0/4";

    [Fact]
    public void A_former_range_is_removed_after_its_last_pod() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Reserve("10.88.0.2");
        Reserve("10.88.0.3");
        Assert.True(Rules(socket).Ensure(Of(Old)));
        Reserve("10.99.0.2");
        Assert.True(Rules(socket).Ensure(Of(New)));
        Assert.Equal(Both, Sets(firewall));
        Assert.Equal([new FormerRange(Span("10.88.0.1-10.88.0.254"), _root["store"])], Records.Former.TryRead("pods,ip")!.Ranges);
        Assert.False(Rules(socket).Ensure(Of(New)));

        Release("10.88.0.2");
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv4);
        Assert.Equal(Both, Sets(firewall));
        Assert.True(Rules(socket).IsIntact(Records.Configured.TryRead("pods,ip")!));

        Release("10.88.0.3");
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv6);
        Assert.Equal(Both, Sets(firewall));
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv4);
        Assert.Equal(OnlyNew, Sets(firewall));
        Assert.False(Records.Former.Has("pods,ip"));
        Assert.True(Rules(socket).IsIntact(Records.Configured.TryRead("pods,ip")!));
        // The next ADD finds its chain.
        Assert.False(Rules(socket).Ensure(Of(New)));
        Assert.Equal("", _log.ToString());
    });

    [Fact]
    public void A_range_without_pods_is_dropped_when_the_configuration_changes() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Directory.CreateDirectory(_root["store"]);
        Rules(socket).Ensure(Of(Old));
        Rules(socket).Ensure(Of(New));
        Assert.Equal(OnlyNew, Sets(firewall));
        Assert.False(Records.Former.Has("pods,ip"));
    });

    [Fact]
    public void Repair_restores_former_ranges_that_pods_use_and_no_others() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Reserve("10.88.0.2");
        Rules(socket).Ensure(Of(Old));
        Rules(socket).Ensure(Of(New));
        firewall.Nft("", "flush", "ruleset");
        Assert.Contains("pods", Assert.Single(new FirewallRepair(_root["run"]).Run()), StringComparison.Ordinal);
        Assert.Equal(Both, Sets(firewall));
        Assert.Empty(new FirewallRepair(_root["run"]).Run());

        // The pod ended without a DEL.
        Release("10.88.0.2");
        Assert.Empty(new FirewallRepair(_root["run"]).Run());
        Assert.Equal(OnlyNew, Sets(firewall));

        // While the rules are missing, only the record is deleted.
        Reserve("10.88.0.2");
        Rules(socket).Ensure(Of(Old));
        Rules(socket).Ensure(Of(New));
        firewall.Nft("", "flush", "ruleset");
        Release("10.88.0.2");
        new MasqueradeUpdate(_root["run"]).RemoveFormerRanges("pods");
        Assert.Equal("", firewall.Ruleset);
        Assert.False(Records.Former.Has("pods,ip"));
    });

    // A wrong "no pod uses it" would leave pods without masquerade, so unknown ranges stay.
    [Theory]
    [InlineData(null)]
    [InlineData("no such directory")]
    public void A_range_whose_reservations_are_unknown_stays(string? store) => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Rules(socket).Ensure(Of(Old, store));
        Rules(socket).Ensure(Of(New));
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv4);
        Assert.Equal(Both, Sets(firewall));
    });

    [Fact]
    public void A_range_without_a_record_stays_in_the_kernel() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Directory.CreateDirectory(_root["store"]);
        Rules(socket).Ensure(Of(Old));
        Directory.Delete(_root["run"], recursive: true);
        Rules(socket).Ensure(Of(New));
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv4);
        Assert.Equal(Both, Sets(firewall));
    });

    [Fact]
    public void The_reservations_of_a_former_range_are_read_from_its_own_store() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Reserve("10.88.0.2", "old store");
        Reserve("10.99.0.2");
        Rules(socket).Ensure(Of(Old, "old store"));
        Rules(socket).Ensure(Of(New));
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv4);
        Assert.Equal(Both, Sets(firewall));
        Release("10.88.0.2", "old store");
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv4);
        Assert.Equal(OnlyNew, Sets(firewall));
    });

    // Reservations of the new range, which lies in the old one, do not count for the old one.
    [Fact]
    public void The_larger_range_before_a_reduction_is_a_former_range() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Reserve("fd00:88::5");
        Reserve("fd00:88:0:7::5");
        Rules(socket).Ensure(Of("fd00:88::/48"));
        Rules(socket).Ensure(Of("fd00:88::/64"));
        Assert.Contains("fd00:88::1-fd00:88:0:ffff:ffff:ffff:ffff:fffe", Sets(firewall, "ip6"), StringComparison.Ordinal);
        Release("fd00:88:0:7::5");
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv6);
        Assert.Equal("fd00:88::1-fd00:88::ffff:ffff:ffff:fffe | fd00:88::/64 ff00::/8", Sets(firewall, "ip6"));
    });

    [Fact]
    public void A_range_that_returns_is_current_and_the_other_is_former() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Reserve("10.88.0.2");
        Reserve("10.99.0.2");
        Rules(socket).Ensure(Of(Old));
        Rules(socket).Ensure(Of(New));
        Rules(socket).Ensure(Of(Old));
        Assert.Equal(["10.99.0.1-10.99.0.254"], Records.Former.TryRead("pods,ip")!.Spans.Select(span => $"{span}"));
        Release("10.99.0.2");
        Rules(socket).RemoveFormerRanges("pods", AddressFamily.IPv4);
        Assert.Equal("10.88.0.1-10.88.0.254 | 10.88.0.0/24 224.0.0.0/4", Sets(firewall));
    });

    [Fact]
    public void All_former_ranges_are_removed_when_the_masquerade_ends() => ScratchFirewall.Run(firewall =>
    {
        using var socket = new NftSocket();
        Reserve("10.88.0.2");
        Rules(socket).Ensure(Of(Old));
        Rules(socket).Ensure(Of(New));
        Rules(socket).Remove(NetworkMasquerade.Nothing("pods", AddressFamily.IPv4));
        Assert.False(Records.Former.Has("pods,ip"));
        Assert.False(Records.Configured.Has("pods,ip"));
        Assert.DoesNotContain("masq-", firewall.Ruleset, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("""{"network":"pods","family":"ip"}""", 0)]
    [InlineData("""{"network":"pods","family":"ip","ranges":[{"range":"10.0.0.1-10.0.0.9"}]}""", 1)]
    [InlineData("""{"network":"pods","family":"ip","ranges":[{"range":"10.0.0.1"}]}""", null)]
    [InlineData("""{"network":"pods","family":"ip","ranges":[{"store":"/x"}]}""", null)]
    [InlineData("""{"family":"ip","ranges":[]}""", null)]
    [InlineData("torn", null)]
    public void An_unreadable_record_counts_as_absent(string text, int? count)
    {
        Directory.CreateDirectory(_root["run/former-ranges"]);
        File.WriteAllText(_root["run/former-ranges/pods,ip"], text);
        Assert.Equal(count, Records.Former.TryRead("pods,ip")?.Ranges.Count);
    }

    [Fact]
    public void Only_files_named_like_addresses_are_reservations()
    {
        Assert.Null(ReservedAddresses.TryList(_root["store"]));
        Reserve("10.0.0.2");
        Reserve("fd00::2");
        Reserve("lock");
        Reserve("last_reserved_ip.0");
        Assert.Equal(["10.0.0.2", "fd00::2"], ReservedAddresses.TryList(_root["store"])!.Select(address => $"{address}").Order());
    }
}

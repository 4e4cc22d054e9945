using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.Tests.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class AllocatorTests
{
    static readonly ReservationOwner s_owner = new("pod1", "eth0");
    static readonly ReservationOwner s_other = new("pod2", "eth0");

    /// <summary>Creates a configuration from range sets, separated by bars, in the form of <see cref="CandidatesTests.Set"/>.</summary>
    internal static HostLocalConfig Config(string sets, params ReadOnlySpan<string> requested) => new()
    {
        RangeSets = [.. sets.Split('|').Select(CandidatesTests.Set)],
        RequestedAddresses = [.. requested.ToArray().Select(IpAddress.Parse)],
        Routes = [],
        Place = new StorePlace("/nowhere", "/nowhere"),
        ResolvConf = "",
    };

    static MemoryStore Store(string taken = "", string? last = null)
    {
        var store = new MemoryStore();
        foreach (var address in taken.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            store.Reservations[IpAddress.Parse(address)] = s_other;
        if (last is not null)
            store.LastReserved[0] = IpAddress.Parse(last);
        return store;
    }

    internal static string Allocate(IReservationStore store, HostLocalConfig config, ReservationOwner? owner = null)
    {
        using var undo = new Rollback(TextWriter.Null);
        var ips = new Allocator(store, owner ?? s_owner).Allocate(config, undo);
        undo.Cancel();
        return string.Join(' ', ips.Select(ip => ip.Address));
    }

    [Theory]
    [InlineData("10.0.0.0/29", "", null, "10.0.0.2/29")]
    [InlineData("2001:db8:1::/64", "", null, "2001:db8:1::2/64")]
    [InlineData("10.0.0.0/30", "", null, "10.0.0.2/30")]
    [InlineData("10.0.0.0/29", "10.0.0.2", null, "10.0.0.3/29")]
    [InlineData("10.0.0.0/29", "", "10.0.0.5", "10.0.0.6/29")]
    [InlineData("10.0.0.0/29", "10.0.0.4 10.0.0.5", "10.0.0.3", "10.0.0.6/29")]
    [InlineData("10.0.0.0/29", "10.0.0.6", "10.0.0.5", "10.0.0.2/29")]
    [InlineData("10.0.0.0/29", "10.0.0.2 10.0.0.4 10.0.0.5 10.0.0.6", "10.0.0.3", "10.0.0.3/29")]
    [InlineData("10.0.0.0/29", "10.0.0.2 10.0.0.3", "10.0.0.128", "10.0.0.4/29")]
    [InlineData("10.0.0.0/30 10.0.1.0/29", "", null, "10.0.0.2/30")]
    [InlineData("10.0.0.0/30 10.0.1.0/29", "", "10.0.0.2", "10.0.1.2/29")]
    [InlineData("10.0.0.0/30 10.0.1.0/30 10.0.2.0/30", "", "10.0.2.2", "10.0.0.2/30")]
    [InlineData("10.0.0.0/30 10.0.1.0/30 10.0.2.0/30", "10.0.0.2", "10.0.2.2", "10.0.1.2/30")]
    [InlineData("10.0.0.0/24|2001:db8::/64", "10.0.0.2", null, "10.0.0.3/24 2001:db8::2/64")]
    public void The_next_free_address_has_the_prefix_length_of_its_subnet(string sets, string taken, string? last, string expected) =>
        Assert.Equal(expected, Allocate(Store(taken, last), Config(sets)));

    [Fact]
    public void An_address_has_the_gateway_of_its_range_and_no_interface()
    {
        using var undo = new Rollback(TextWriter.Null);
        var store = Store("10.0.0.2");
        var ip = Assert.Single(new Allocator(store, s_owner).Allocate(Config("10.0.0.0/30 10.0.1.0/29"), undo));
        undo.Cancel();
        Assert.Equal(("10.0.1.2/29", "10.0.1.1", null), (ip.Address.ToString(), ip.Gateway?.ToString(), ip.Interface));
        Assert.Equal(s_owner, store.Reservations[IpAddress.Parse("10.0.1.2")]);
        Assert.Equal("10.0.1.2", store.LastReserved[0].ToString());
    }

    [Theory]
    [InlineData("10.0.0.0/30", 1)]
    [InlineData("10.0.0.0/29", 5)]
    [InlineData("10.0.0.0/30 10.0.1.0/30", 2)]
    [InlineData("2001:db8::/126", 2)]
    public void The_error_for_a_full_range_set_names_the_set(string set, int size)
    {
        var (store, config) = (new MemoryStore(), Config(set));
        var given = Enumerable.Range(0, size)
            .Select(i => Allocate(store, config, new ReservationOwner($"full{i}", "eth0"))).ToHashSet();
        Assert.Equal(size, given.Count);
        AssertFails(store, config, $"failed to allocate for range 0: no IP addresses available in range set: {config.RangeSets[0]}");
    }

    [Fact]
    public void A_released_address_is_assigned_last()
    {
        var (store, config) = (new MemoryStore(), Config("10.0.0.0/29"));
        Assert.Equal("10.0.0.2/29", Allocate(store, config));
        store.Release(IpAddress.Parse("10.0.0.2"), s_owner);
        Assert.Equal("10.0.0.3/29", Allocate(store, config));
    }

    [Theory]
    [InlineData("10.0.0.5")]
    [InlineData("10.0.0.2")]
    [InlineData("10.0.0.6")]
    public void A_requested_address_is_assigned(string address)
    {
        var store = Store("10.0.0.3", "10.0.0.3");
        Assert.Equal(address + "/29", Allocate(store, Config("10.0.0.0/29", address)));
        Assert.Equal(address, store.LastReserved[0].ToString());
    }

    [Theory]
    // The address is in use.
    [InlineData("10.0.0.3", "requested IP address 10.0.0.3 is not available in range set 10.0.0.1-10.0.0.6")]
    // The gateway is in the range and is never assigned.
    [InlineData("10.0.0.1", "requested ip 10.0.0.1 is subnet's gateway")]
    // The addresses are outside the range: the network address, the broadcast address, another network.
    [InlineData("10.0.0.0", "failed to allocate all requested IPs: 10.0.0.0")]
    [InlineData("10.0.0.7", "failed to allocate all requested IPs: 10.0.0.7")]
    [InlineData("10.0.9.9", "failed to allocate all requested IPs: 10.0.9.9")]
    [InlineData("fd00::5", "failed to allocate all requested IPs: fd00::5")]
    public void A_requested_address_that_is_unavailable_is_an_error(string address, string message) =>
        AssertFails(Store("10.0.0.3"), Config("10.0.0.0/29", address), message);

    [Fact]
    public void Each_set_takes_one_requested_address()
    {
        var config = Config("10.0.1.0/24 10.0.2.0/24|2001:db8:1::/48", "2001:db8:1::999", "10.0.2.88");
        Assert.Equal("10.0.2.88/24 2001:db8:1::999/48", Allocate(new MemoryStore(), config));
        config = Config("10.0.1.0/24|10.0.2.0/24", "10.0.2.77");
        Assert.Equal("10.0.1.2/24 10.0.2.77/24", Allocate(new MemoryStore(), config));
    }

    [Fact]
    public void A_requested_address_outside_all_range_sets_releases_everything() =>
        AssertFails(new MemoryStore(), Config("10.0.1.0/24|10.0.2.0/24", "10.0.1.5", "10.0.1.6", "10.0.9.9"),
            "failed to allocate all requested IPs: 10.0.1.6 10.0.9.9");

    [Fact]
    public void A_failed_second_set_releases_the_address_of_the_first() =>
        AssertFails(Store("10.0.2.2"), Config("10.0.1.0/24|10.0.2.0/30"),
            "failed to allocate for range 1: no IP addresses available in range set: 10.0.2.1-10.0.2.2");

    [Fact]
    public void A_failed_marker_write_releases_the_address()
    {
        var store = new MemoryStore { BrokenMarker = 1 };
        Assert.Throws<KernelException>(() => Allocate(store, Config("10.0.1.0/24|10.0.2.0/24")));
        Assert.Empty(store.Reservations);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("10.0.0.9")]
    [InlineData("10.0.0.2")]
    public void An_attachment_with_an_address_gets_no_second_one(string? requested)
    {
        var store = new MemoryStore();
        Allocate(store, Config("10.0.0.0/24"));
        AssertFails(store, requested is null ? Config("10.0.0.0/24") : Config("10.0.0.0/24", requested),
            "failed to allocate for range 0: 10.0.0.2 has been allocated to pod1, duplicate allocation is not allowed");
    }

    [Fact]
    public void Addresses_of_another_interface_container_or_set_are_no_duplicates()
    {
        var (store, config) = (new MemoryStore(), Config("10.0.0.0/24"));
        Allocate(store, config);
        Assert.Equal("10.0.0.3/24", Allocate(store, config, s_owner with { InterfaceName = "eth1" }));
        Assert.Equal("10.0.0.4/24", Allocate(store, config, s_other));
        Assert.Equal("10.9.0.2/24", Allocate(store, Config("10.9.0.0/24")));
    }

    [Fact]
    public void Leftovers_of_a_crash_are_assigned_only_if_no_other_address_is_free()
    {
        var (store, config) = (Store("10.0.0.4 10.0.0.5"), Config("10.0.0.0/29"));
        store.Reservations[IpAddress.Parse("10.0.0.2")] = MemoryStore.Ownerless;
        Assert.Equal("10.0.0.3/29", Allocate(store, config));
        Assert.Equal("10.0.0.6/29", Allocate(store, config, new ReservationOwner("pod3", "eth0")));
        Assert.Equal(0, store.Reclaims);
        Assert.Equal("10.0.0.2/29", Allocate(store, config, new ReservationOwner("pod4", "eth0")));
        Assert.Equal(1, store.Reclaims);
        AssertFails(store, config, "no IP addresses available", new ReservationOwner("pod5", "eth0"));
    }

    [Fact]
    public void A_requested_leftover_of_a_crash_is_assigned()
    {
        var store = new MemoryStore();
        store.Reservations[IpAddress.Parse("10.0.0.5")] = MemoryStore.Ownerless;
        Assert.Equal("10.0.0.5/24", Allocate(store, Config("10.0.0.0/24", "10.0.0.5")));
    }

    // The marker shows to which network the bridge's gateway address belonged.
    [Theory]
    [InlineData("10.0.0.0/24", "")]
    [InlineData("10.0.0.0/24", "0=10.0.0.9", "10.0.0.9")]
    // The markers are those of an earlier range, and of a removed range set.
    [InlineData("10.9.0.0/24", "0=10.0.0.9", "10.0.0.9")]
    [InlineData("10.9.0.0/24", "0=10.0.0.9 1=10.1.0.9", "10.0.0.9")]
    [InlineData("10.9.0.0/24|fd00::/64", "1=fd01::9", "fd01::9")]
    [InlineData("10.9.0.0/24|fd00::/64", "0=10.0.0.9 1=fd01::9", "10.0.0.9 fd01::9")]
    public void The_last_assigned_address_is_remembered(string sets, string markers, string lastReserved = "")
    {
        var store = new MemoryStore();
        foreach (var marker in markers.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            store.LastReserved[marker[0] - '0'] = IpAddress.Parse(marker[2..]);
        using var undo = new Rollback(TextWriter.Null);
        var config = Config(sets);
        config = config with { RangeSets = [.. config.RangeSets.Select((set, index) => new RangeSet(index, set.Ranges))] };
        var allocator = new Allocator(store, s_owner);
        Assert.Empty(allocator.LastReserved);
        var ips = allocator.Allocate(config, undo);
        Assert.Equal(lastReserved, string.Join(' ', allocator.LastReserved));
        Assert.Equal(ips.Select(ip => ip.Address.Address), Enumerable.Range(0, ips.Count).Select(index => store.LastReserved[index]));
    }

    /// <summary>Asserts the message of a failure, and that the store has not changed.</summary>
    static void AssertFails(MemoryStore store, HostLocalConfig config, string message, ReservationOwner? owner = null)
    {
        var before = store.Reservations.ToHashSet();
        var failure = Assert.Throws<CniException>(() => Allocate(store, config, owner ?? s_owner));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, [.. store.Reservations]);
    }
}

using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.Tests.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of address claims on the network: they change only the order of free addresses.</summary>
public sealed class ClaimedAddressTests : IDisposable
{
    static readonly ReservationOwner s_owner = new("pod", "eth0");
    static readonly Attachment s_other = new("pods", "other", "eth0");

    readonly MemoryStore _store = new();
    readonly Dictionary<IpAddress, Attachment?> _claims = [];
    readonly StringWriter _log = new(CultureInfo.InvariantCulture);
    int _looks;

    public void Dispose() => _log.Dispose();

    AddressClaim? FindClaim(IpAddress address)
    {
        _looks++;
        return _claims.TryGetValue(address, out var attachment) ? new AddressClaim(default, "veth1", attachment) : null;
    }

    string Allocate(string sets, params ReadOnlySpan<string> requested) => Allocate(AllocatorTests.Config(sets, requested));

    string Allocate(HostLocalConfig config)
    {
        using var undo = new Rollback(TextWriter.Null);
        var ips = new Allocator(_store, s_owner) { FindClaim = FindClaim, Log = _log }.Allocate(config, undo);
        undo.Cancel();
        return string.Join(' ', ips.Select(ip => ip.Address));
    }

    void Claim(Attachment? attachment, params ReadOnlySpan<string> addresses)
    {
        foreach (var address in addresses)
            _claims[IpAddress.Parse(address)] = attachment;
    }

    void Reserve(string address, string container = "other", string interfaceName = "eth0") =>
        _store.Reservations[IpAddress.Parse(address)] = new ReservationOwner(container, interfaceName);

    [Fact]
    public void An_unclaimed_address_is_assigned_first()
    {
        Claim(null, "10.0.0.2", "10.0.0.3");
        Assert.Equal("10.0.0.4/29", Allocate("10.0.0.0/29"));
        Assert.Equal("""
            skipping 10.0.0.2: not reserved, but in use by 00:00:00:00:00:00 behind veth1
            skipping 10.0.0.3: not reserved, but in use by 00:00:00:00:00:00 behind veth1

            """, _log.ToString());
    }

    [Fact]
    public void If_all_free_addresses_are_claimed_the_first_is_assigned()
    {
        Reserve("10.0.0.2");
        Claim(null, "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6");
        Assert.Equal("10.0.0.3/29", Allocate("10.0.0.0/29"));
        Assert.EndsWith("""
            skipping 1 more addresses of 10.0.0.1-10.0.0.6: not reserved, but in use; cni-bridge doctor names the pods
            assigning 10.0.0.3 although it is in use: no other address is free

            """, _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stale_address_is_reclaimed_before_a_claimed_one_is_assigned()
    {
        Reserve("10.0.0.2", "dead");
        _store.Lives[new ReservationOwner("dead", "eth0")] = LivenessState.Dead;
        Claim(null, "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6");
        Assert.Equal("10.0.0.2/29", Allocate("10.0.0.0/29"));
    }

    [Theory]
    [InlineData("10.0.0.6", "other", "eth0", "10.0.0.2/29")]
    // These reservations belong to another attachment, or are outside the ranges of the set.
    [InlineData("10.0.0.6", "other", "eth1", "10.0.0.3/29")]
    [InlineData("10.0.0.6", "another", "eth0", "10.0.0.3/29")]
    [InlineData("10.9.9.9", "other", "eth0", "10.0.0.3/29")]
    public void The_claim_of_an_attachment_with_a_reservation_is_ignored(
        string address, string container, string interfaceName, string given)
    {
        Reserve(address, container, interfaceName);
        Claim(s_other, "10.0.0.2");
        Assert.Equal(given, Allocate("10.0.0.0/29"));
    }

    [Fact]
    public void Each_ignored_claim_is_logged()
    {
        Reserve("10.0.0.6");
        Claim(s_other, "10.0.0.2");
        Allocate("10.0.0.0/29");
        Assert.Equal(
            "ignoring the claim of 10.0.0.2 by 00:00:00:00:00:00 behind veth1 (pods/other/eth0): 10.0.0.6 is reserved for it\n",
            _log.ToString());
    }

    [Fact]
    public void A_requested_address_is_assigned_in_spite_of_a_claim()
    {
        Claim(s_other, "10.0.0.5");
        Assert.Equal("10.0.0.5/29", Allocate("10.0.0.0/29", "10.0.0.5"));
        Assert.Equal(
            "assigning 10.0.0.5 as requested, although it is in use by 00:00:00:00:00:00 behind veth1 (pods/other/eth0)\n",
            _log.ToString());
    }

    [Fact]
    public void A_requested_address_whose_claim_cannot_be_looked_up_is_not_left_reserved()
    {
        using var undo = new Rollback(TextWriter.Null);
        var allocator = new Allocator(_store, s_owner) { FindClaim = _ => throw new InvalidOperationException("no") };
        Assert.Throws<InvalidOperationException>(() => allocator.Allocate(AllocatorTests.Config("10.0.0.0/29", "10.0.0.5"), undo));
        Assert.Empty(_store.Reservations);
    }

    [Fact]
    public void ADD_looks_up_at_most_a_few_hundred_claimed_addresses()
    {
        for (var address = IpAddress.Parse("10.0.0.2"); address != IpAddress.Parse("10.0.255.255"); address = address.Next())
            _claims[address] = null;
        Assert.Equal("10.0.1.2/16", Allocate("10.0.0.0/16"));
        Assert.Equal(256, _looks);
        Assert.Equal(4, _log.ToString().Count(character => character == '\n'));
    }

    [Fact]
    public void Each_free_address_is_looked_up_once()
    {
        Claim(null, "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6");
        _store.Releases[IpAddress.Parse("10.0.0.4")] = DateTimeOffset.UtcNow.AddSeconds(-5);
        // A delayed address is searched and assigned last.
        Assert.Equal("10.0.0.2/29", Allocate(AllocatorTests.Config("10.0.0.0/29") with { ReuseDelay = TimeSpan.FromHours(1) }));
        Assert.Equal(5, _looks);
    }

    // Networks may share a bridge. The store of the other network has the reservation of its pod.
    [Theory]
    [InlineData("10.7.0.9", "10.0.0.0/24", "10.7.0.9")]
    [InlineData("10.7.0.9", "fd00::/64", null)]
    [InlineData(null, "10.0.0.0/24", null)]
    public void The_reservation_of_an_attachment_of_another_network_is_found(string? address, string set, string? found)
    {
        using var root = new TemporaryDirectory();
        if (address is not null)
        {
            using var second = ReservationStore.Open(new StorePlace(root["data/second"], root["state"]), _log);
            Assert.True(second.TryReserve(IpAddress.Parse(address), new ReservationOwner("other", "eth0")));
        }
        using var store = ReservationStore.Open(new StorePlace(root["data/pods"], root["state"]), _log);
        Assert.Equal(found, store.FindReservation(s_other with { Network = "second" }, CandidatesTests.Set(set))?.ToString());
        Assert.Null(store.FindReservation(s_other, CandidatesTests.Set(set)));
    }
}

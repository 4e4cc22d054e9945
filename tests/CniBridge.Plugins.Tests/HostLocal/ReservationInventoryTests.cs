using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class ReservationInventoryTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly FakeNodeView _node = new();

    public ReservationInventoryTests()
    {
        foreach (var id in (string[])["alive", "dead", "configured"])
            Add(id);
        File.WriteAllText(PathOf("10.0.0.10"), "gopod\r\neth0");
        File.WriteAllText(PathOf("10.0.0.11"), "");
        File.WriteAllText(PathOf("10.0.0.12"), "no/owner");
        _node.Namespaces.Remove("/run/netns/dead");
        _node.Namespaces.Remove("/run/netns/configured");
        _node.Hidden.Add(IpAddress.Parse("10.0.0.4"));
    }

    public void Dispose() => _root.Dispose();

    string PathOf(string file) => _root["data/pods/" + file];

    void Add(string id)
    {
        using var store = ReservationStore.Open(
            new StorePlace(_root["data/pods"], _root["state"]), TextWriter.Null,
            new StoreUser(_node, _node.AddNamespace($"/run/netns/{id}")));
        AllocatorTests.Allocate(store, AllocatorTests.Config("10.0.0.0/24"), new ReservationOwner(id, "eth0"));
    }

    ReservationInventory Inventory => new(_root["data/pods"], _root["state"], TextWriter.Null) { Node = _node };

    static string Show(ReservationState state) =>
        $"{state.Address} {state.ContainerId} {state.InterfaceName} {state.Life.State}{(state.IsLeaked ? " leaked" : "")}: " +
            $"{state.Life.How}";

    [Fact]
    public void Each_reservation_is_listed_with_owner_state_and_reason()
    {
        var states = Inventory.List();
        Assert.Equal(
        [
            "10.0.0.2 alive eth0 Alive: its namespace is at /run/netns/alive",
            "10.0.0.3 dead eth0 Dead leaked: its namespace is gone from /run/netns/dead",
            "10.0.0.4 configured eth0 Dead: its namespace is gone from /run/netns/configured",
            "10.0.0.10 gopod eth0 Unknown: there is no record of its attachment: another plugin made it",
            "10.0.0.11   Dead leaked: its file is empty after a crash of the Go plugin",
            "10.0.0.12   Unknown: there is no record of its attachment: another plugin made it",
        ], states.Select(Show));
        Assert.Equal(("boot-1", "/run/netns/alive"), (states[0].Origin!.BootId, states[0].Origin!.Netns));
        Assert.InRange((DateTimeOffset.UtcNow - states[0].Origin!.Since).TotalMinutes, 0, 5);
        Assert.InRange((DateTimeOffset.UtcNow - states[3].ReservedAt!.Value).TotalMinutes, 0, 5);
        Assert.Equal([false, false, true, false, false, false], states.Select(state => state.IsConfigured));
    }

    [Fact]
    public void GC_releases_only_addresses_that_are_proven_unused()
    {
        Assert.Equal(["10.0.0.3", "10.0.0.11"], Inventory.Collect().Select(state => state.Address.ToString()));
        Assert.Equal(["10.0.0.2", "10.0.0.4", "10.0.0.10", "10.0.0.12"], Inventory.List().Select(state => state.Address.ToString()));
        Assert.Empty(Inventory.Collect());
    }

    [Fact]
    public void Without_access_to_all_namespaces_only_empty_files_are_released()
    {
        _node.IsBlind = true;
        Assert.Equal(["10.0.0.11"], Inventory.Collect().Select(state => state.Address.ToString()));
        Assert.All(Inventory.List(), state => Assert.Null(state.IsConfigured));
    }

    [Fact]
    public void A_reservation_can_be_released_by_its_address()
    {
        Assert.True(Inventory.Release(IpAddress.Parse("10.0.0.2")));
        Assert.True(Inventory.Release(IpAddress.Parse("10.0.0.12")));
        Assert.False(Inventory.Release(IpAddress.Parse("10.0.0.2")));
        Assert.False(File.Exists(PathOf("10.0.0.2")));
        Assert.Equal("10.0.0.3", Inventory.List()[0].Address.ToString());
    }

    [Fact]
    public void The_stores_are_found_by_their_records()
    {
        Assert.Equal([_root["data/pods"]], ReservationInventory.ListStores(_root["state"]));
        Assert.Empty(ReservationInventory.ListStores(_root["nothing"]));
        Assert.Empty(new ReservationInventory(_root["data/other"], _root["state"], TextWriter.Null).List());
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

public sealed class ReservationSurveyTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly FakeNodeView _node = new();

    public ReservationSurveyTests()
    {
        foreach (var id in (string[])["alive", "dead"])
        {
            using var store = ReservationStore.Open(
                new StorePlace(_root["data/pods"], _root["state"]), TextWriter.Null,
                new StoreUser(_node, _node.AddNamespace($"/run/netns/{id}")));
            AllocatorTests.Allocate(store, AllocatorTests.Config("10.0.0.0/24"), new ReservationOwner(id, "eth0"));
        }
        File.WriteAllText(_root["data/pods/10.0.0.10"], "gopod\r\neth0");
        File.WriteAllText(_root["data/pods/10.0.0.11"], "");
        _node.Namespaces.Remove("/run/netns/dead");
    }

    public void Dispose() => _root.Dispose();

    ReservationSurvey Survey => new(_root["data/pods"], _root["state"]) { Node = _node };

    string Everything => string.Join('\n', Directory.EnumerateFileSystemEntries(_root.Path, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}"));

    [Fact]
    public void The_survey_agrees_with_the_inventory()
    {
        var inventory = new ReservationInventory(_root["data/pods"], _root["state"], TextWriter.Null) { Node = _node };
        Assert.Equal(inventory.List(), Survey.List());
        Assert.Equal(
            [LivenessState.Alive, LivenessState.Dead, LivenessState.Unknown, LivenessState.Dead],
            Survey.List().Select(state => state.Life.State));
    }

    // Before Linux 5.14 only the inode number identifies a namespace, and the kernel uses it again for another pod.
    [Theory]
    [InlineData(true, false, LivenessState.Alive)]
    [InlineData(false, false, LivenessState.Unknown)]
    [InlineData(false, true, LivenessState.Alive)]
    public void Without_a_cookie_a_pod_is_alive_only_with_its_address_inside(bool hasCookies, bool hasAddress, LivenessState expected)
    {
        _node.HasCookies = hasCookies;
        if (hasAddress)
            _node.Configured["/run/netns/alive eth0"] = [IpAddress.Parse("10.0.0.2")];
        Assert.Equal(expected, Survey.List()[0].Life.State);
    }

    [Fact]
    public void The_survey_takes_no_lock_and_writes_nothing()
    {
        // The index is outdated because the Go plugin wrote, and the lock is held.
        using var held = ReservationStore.Open(new StorePlace(_root["data/pods"], _root["state"]), TextWriter.Null);
        var before = Everything;
        Assert.Equal(4, Survey.List().Count);
        Assert.Equal(before, Everything);
        Assert.Empty(new ReservationSurvey(_root["data/none"], _root["none"]).List());
        Assert.Equal(before, Everything);
    }

    [Fact]
    public void Without_access_to_all_namespaces_no_reservation_counts_as_leaked()
    {
        _node.IsBlind = true;
        Assert.All(Survey.List(), state => Assert.Null(state.IsConfigured));
    }
}

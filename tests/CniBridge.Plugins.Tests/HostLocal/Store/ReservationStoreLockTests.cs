using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

public sealed class ReservationStoreLockTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    StorePlace Place => new(_root["data/pods"], _root["state"]);

    // flock belongs to the open file, so two opens in one process exclude each other like two processes.
    [Fact]
    public void A_second_opener_waits_until_the_first_is_done()
    {
        var first = ReservationStore.Open(Place, TextWriter.Null);
        using var isIn = new ManualResetEventSlim();
        var second = new Thread(() =>
        {
            using var store = ReservationStore.Open(Place, TextWriter.Null);
            isIn.Set();
        });
        second.Start();
        Assert.False(isIn.Wait(TimeSpan.FromMilliseconds(150), TestContext.Current.CancellationToken));
        first.Dispose();
        Assert.True(isIn.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        second.Join();
    }

    [Fact]
    public void Another_network_does_not_wait()
    {
        using var first = ReservationStore.Open(Place, TextWriter.Null);
        using var second = ReservationStore.Open(Place with { Directory = _root["data/others"] }, TextWriter.Null);
        Assert.True(second.TryReserve(IpAddress.Parse("10.1.2.5"), new ReservationOwner("a", "eth0")));
    }

    [Fact]
    public async Task Concurrent_allocations_get_different_addresses()
    {
        var config = AllocatorTests.Config("10.0.0.0/26");
        var given = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() =>
        {
            using var store = ReservationStore.Open(Place, TextWriter.Null);
            return AllocatorTests.Allocate(store, config, new ReservationOwner($"pod{i}", "eth0"));
        })));
        Assert.Equal(24, given.Distinct().Count());
        Assert.Equal(Enumerable.Range(2, 24).Select(i => $"10.0.0.{i}/26").Order(StringComparer.Ordinal),
            given.Order(StringComparer.Ordinal));
        Assert.Equal(24 + 2, Directory.EnumerateFiles(Place.Directory).Count());
    }
}

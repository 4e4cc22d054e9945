using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>Tests of running pods whose reservations were deleted.</summary>
public sealed class LostStoreTests : IDisposable
{
    readonly TemporaryDirectory _root = new();
    readonly FakeNodeView _node = new();
    readonly StringWriter _log = new(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _log.Dispose();
        _root.Dispose();
    }

    StorePlace Place => new(_root["data/pods"], _root["state"]);

    /// <param name="hasLink">True for a link on the node, as the bridge creates it; otherwise only the namespace has the address.</param>
    string Add(string id, bool hasLink = true, params ReadOnlySpan<string> requested)
    {
        var netns = $"/run/netns/{id}";
        using var store = ReservationStore.Open(Place, _log, new StoreUser(_node, _node.AddNamespace(netns)));
        var address = AllocatorTests.Allocate(store, AllocatorTests.Config("10.0.0.0/24", requested), new ReservationOwner(id, "eth0"));
        if (hasLink)
            _node.HostLinks.Add(new Attachment("pods", id, "eth0"), $"veth-{id}");
        else
            _node.Configured[$"{netns} eth0"] = [Cidr.Parse(address).Address];
        return address;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_address_is_assigned_twice_after_the_store_was_deleted(bool isDirectoryGone)
    {
        var given = new HashSet<string>();
        for (var i = 0; i < 50; i++)
            Assert.True(given.Add(Add($"pod{i}", hasLink: i % 2 == 0)));
        if (isDirectoryGone)
            Directory.Delete(Place.Directory, recursive: true);
        else
            Directory.EnumerateFiles(Place.Directory).ToList().ForEach(File.Delete);
        for (var i = 0; i < 200; i++)
            Assert.True(given.Add(Add($"new{i}")));
        Assert.Equal("pod7\r\neth0", File.ReadAllText(Path.Combine(Place.Directory, "10.0.0.9")));
        Assert.Contains("restored the lost reservation of 10.0.0.9 for pod7 eth0: its pod is alive",
            _log.ToString(), StringComparison.Ordinal);
        // Their owners can release them as usual.
        using (var store = ReservationStore.TryOpen(Place, _log, new StoreUser(_node)))
            Assert.True(store!.ReleaseAll(new ReservationOwner("pod7", "eth0")));
        Assert.False(File.Exists(Path.Combine(Place.Directory, "10.0.0.9")));
    }

    // The Go plugin's DEL releases first, and the runtime deletes the namespace later.
    [Fact]
    public void An_address_that_the_Go_plugin_released_is_free()
    {
        Add("pod0", hasLink: false);
        _node.Configured.Clear();
        File.Delete(Path.Combine(Place.Directory, "10.0.0.2"));
        File.Delete(Path.Combine(Place.Directory, "last_reserved_ip.0"));
        Assert.Equal("10.0.0.2/24", Add("pod1"));
    }

    [Fact]
    public void No_attachment_is_alive_after_a_reboot()
    {
        Add("pod0");
        Directory.Delete(Place.Directory, recursive: true);
        _node.Reboot();
        _node.HostLinks.Add(new Attachment("pods", "pod0", "eth0"), "veth-pod0");
        Assert.Equal("10.0.0.2/24", Add("pod1"));
    }

    [Fact]
    public void A_restored_reservation_is_reclaimed_when_its_pod_is_gone()
    {
        Add("pod0");
        Directory.Delete(Place.Directory, recursive: true);
        Add("pod1");
        _node.Reboot();
        for (var i = 2; i < 255; i++)
            Add($"pod{i}");
    }

    // A full disk keeps the record of the former attachment. The link on the node belongs to the next one.
    [Fact]
    public void The_record_of_a_former_attachment_restores_no_reservation()
    {
        var given = new List<string>();
        for (var failing = 0; failing < 20; failing++)
        {
            var (first, second) = ($"first{failing}", $"second{failing}");
            Add(first, hasLink: false);
            var former = Add(second, hasLink: false);
            _node.Configured.Clear();
            _node.Namespaces.Clear();
            Directory.Delete(Place.Directory, recursive: true);
            given.AddRange(
                TryAddAgain(second, failing) is { } now && now != former ? [Add($"third{failing}", false, former.Split('/')[0])] : []);
            foreach (var directory in Directory.EnumerateDirectories(_root.Path))
                Directory.Delete(directory, recursive: true);
        }
        Assert.InRange(given.Count, 5, 20);
        Assert.All(given, address => Assert.Equal("10.0.0.3/24", address));
    }

    /// <summary>Runs ADD again and returns its addresses, or null after a failure.</summary>
    string? TryAddAgain(string id, int failing)
    {
        CrashPoint.OnReached(() =>
        {
            if (failing-- == 0)
                throw new KernelException("write", Errno.ENOSPC);
        });
        try
        {
            return Add(id);
        }
        catch (KernelException)
        {
            return null;
        }
        finally
        {
            CrashPoint.OnReached(null);
        }
    }

    // A restored reservation is old, and its record need not be written again.
    [Fact]
    public void The_time_of_a_reservation_is_restored_too()
    {
        Add("pod0");
        StoreClock.Advance(Place.Directory, Place.StateDirectory, TimeSpan.FromHours(1));
        var path = Path.Combine(Place.Directory, "10.0.0.2");
        var madeAt = File.GetLastWriteTimeUtc(path);
        Directory.Delete(Place.Directory, recursive: true);
        Add("pod1");
        Assert.Equal(madeAt, File.GetLastWriteTimeUtc(path));
        _node.Reboot();
        for (var i = 2; i < 255; i++)
            Add($"pod{i}");
    }
}

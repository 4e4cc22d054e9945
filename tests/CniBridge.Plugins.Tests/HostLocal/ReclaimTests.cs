using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of reservations whose attachments ended without a DEL.</summary>
public sealed class ReclaimTests : IDisposable
{
    readonly TemporaryDirectory _root = TemporaryDirectory.InMemory();
    readonly FakeNodeView _node = new();
    readonly StringWriter _log = new(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _log.Dispose();
        _root.Dispose();
    }

    StorePlace Place => new(_root["data/pods"], _root["state"]);

    static string Netns(string id) => $"/run/netns/{id}";

    string Allocate(string id, string sets, params ReadOnlySpan<string> requested)
    {
        using var store = ReservationStore.Open(Place, _log, new StoreUser(_node, _node.AddNamespace(Netns(id))));
        return AllocatorTests.Allocate(store, AllocatorTests.Config(sets, requested), new ReservationOwner(id, "eth0"));
    }

    void Fill(string sets, int count, string prefix = "pod")
    {
        for (var i = 0; i < count; i++)
            Allocate($"{prefix}{i}", sets);
    }

    void WriteAsGo(string address, string content) => File.WriteAllText(Path.Combine(Place.Directory, address), content);

    string[] Owners() => [.. Directory.EnumerateFiles(Place.Directory).Where(path => IpAddress.TryParse(Path.GetFileName(path), out _))
        .Select(File.ReadAllText).Order(StringComparer.Ordinal)];

    const string Full = "no IP addresses available";

    void AssertFull(string id, string sets) =>
        Assert.Contains(Full, Assert.Throws<CniException>(() => Allocate(id, sets)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_prefix_24_that_was_full_before_a_reboot_is_free_for_the_next_ADD()
    {
        Fill("10.0.0.0/24", 253);
        AssertFull("one-too-many", "10.0.0.0/24");
        _node.Reboot();
        Assert.Equal("10.0.0.2/24", Allocate("after", "10.0.0.0/24"));
        Assert.Equal(["after\r\neth0"], Owners());
        Assert.Equal(1, _node.Looks);
        Assert.Contains(
            "releasing 10.0.0.9 of pod7 eth0: it was made before the node was booted", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_reboots_with_50_pods_each_never_fill_a_prefix_24()
    {
        for (var boot = 0; boot < 1000; boot++)
        {
            // One store serves all attachments, because a thousand times fifty take long enough.
            using (var store = ReservationStore.Open(Place, TextWriter.Null, new StoreUser(_node, _node.AddNamespace("/run/netns/a"))))
            {
                for (var i = 0; i < 50; i++)
                    AllocatorTests.Allocate(store, AllocatorTests.Config("10.0.0.0/24"), new ReservationOwner($"b{boot}p{i}", "eth0"));
            }
            _node.Reboot();
        }
        Assert.InRange(_node.Looks, 180, 250);
    }

    // A runtime keeps the path of the namespace as long as the pod lives.
    [Fact]
    public void Only_addresses_of_missing_or_replaced_namespaces_are_reclaimed()
    {
        Fill("10.0.0.0/29", 5);
        _node.Namespaces.Remove(Netns("pod1"));
        _node.AddNamespace(Netns("pod3"));
        Assert.Equal("10.0.0.3/29", Allocate("new1", "10.0.0.0/29"));
        Assert.Equal("10.0.0.5/29", Allocate("new2", "10.0.0.0/29"));
        AssertFull("new3", "10.0.0.0/29");
        Assert.Equal(["new1\r\neth0", "new2\r\neth0", "pod0\r\neth0", "pod2\r\neth0", "pod4\r\neth0"], Owners());
        Assert.Contains("its namespace is gone from /run/netns/pod1", _log.ToString(), StringComparison.Ordinal);
        Assert.Contains("another namespace is at /run/netns/pod3 now", _log.ToString(), StringComparison.Ordinal);
    }

    // The kernel gives the inode number of a deleted namespace to the next one.
    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void The_cookie_distinguishes_namespaces_with_the_same_inode_number(bool isRecorded, bool isKnown, bool isTakenBack)
    {
        _node.InodeNumbers = 1;
        _node.HasCookies = isRecorded;
        Fill("10.0.0.0/29", 5);
        _node.HasCookies = isKnown;
        _node.AddNamespace(Netns("pod3"));
        Assert.Equal("0:4:0", _node.IdentityOf(Netns("pod3")));
        if (isTakenBack)
            Assert.Equal("10.0.0.5/29", Allocate("new", "10.0.0.0/29"));
        else
            AssertFull("new", "10.0.0.0/29");
        Assert.Equal(isTakenBack, _log.ToString().Contains("another namespace is at /run/netns/pod3 now", StringComparison.Ordinal));
    }

    // A pod with CAP_NET_ADMIN can configure any address in its namespace.
    [Theory]
    [InlineData(true, "", true)]
    [InlineData(false, "pods/pod0/eth0", true)]
    [InlineData(false, "others/pod0/net1", true)]
    [InlineData(false, "pods/stranger/eth0", true)]
    // The container is unknown: the Go plugin created the pod, or the alias was cut.
    [InlineData(false, "", false)]
    [InlineData(false, "pods/long~0123456789abcdef", false)]
    public void An_address_in_the_namespace_of_another_container_is_reclaimed(bool hasCookies, string alias, bool isTakenBack)
    {
        _node.HasCookies = hasCookies;
        Fill("10.0.0.0/29", 5);
        for (var i = 1; i < 5; i++)
            _node.Namespaces.Remove(Netns($"pod{i}"));
        _node.Configured[$"{Netns("pod0")} lo"] = [.. Enumerable.Range(2, 5).Select(i => IpAddress.Parse($"10.0.0.{i}"))];
        if (alias.Length > 0)
            _node.Aliases[Netns("pod0")] = [alias];

        if (!isTakenBack)
        {
            AssertFull("new", "10.0.0.0/29");
            return;
        }
        Fill("10.0.0.0/29", 4, "new");
        AssertFull("one-too-many", "10.0.0.0/29");
        Assert.Equal(1, _log.ToString().Split("ignoring 10.0.0.").Length - 1);
    }

    // With Multus, the pod has attachments to several networks and is the same container in each.
    [Theory]
    [InlineData("others/pod0/net1")]
    [InlineData("others/stranger/eth0|others/pod0/net1")]
    public void An_address_on_another_interface_of_its_container_stays(string aliases)
    {
        _node.HasCookies = false;
        Fill("10.0.0.0/30", 1);
        _node.Namespaces.Remove(Netns("pod0"));
        _node.AddNamespace("/proc/1/ns/net");
        _node.Configured["/proc/1/ns/net eth0"] = [IpAddress.Parse("10.0.0.2")];
        _node.Aliases["/proc/1/ns/net"] = aliases.Split('|');

        AssertFull("new", "10.0.0.0/30");
    }

    [Fact]
    public void An_address_that_another_network_reserved_for_the_container_stays()
    {
        Fill("10.0.0.0/30", 1);
        _node.Namespaces.Remove(Netns("pod0"));
        using (var store = ReservationStore.Open(
            new(_root["data/others"], _root["state"]), _log, new StoreUser(_node, _node.AddNamespace(Netns("stranger")))))
            AllocatorTests.Allocate(store, AllocatorTests.Config("10.0.0.0/30"), new ReservationOwner("stranger", "eth0"));
        _node.Configured[$"{Netns("stranger")} eth0"] = [IpAddress.Parse("10.0.0.2")];

        AssertFull("new", "10.0.0.0/30");
    }

    [Fact]
    public void A_configured_address_is_never_reclaimed()
    {
        Fill("10.0.0.0/30", 1);
        _node.Reboot();
        _node.Hidden.Add(IpAddress.Parse("10.0.0.2"));
        AssertFull("new", "10.0.0.0/30");
        _node.Hidden.Clear();
        _node.IsBlind = true;
        AssertFull("new", "10.0.0.0/30");
        Assert.Contains("cannot determine which attachments are gone: permission denied", _log.ToString(), StringComparison.Ordinal);
        _node.IsBlind = false;
        _node.HostLinks.Add(new Attachment("pods", "pod0", "eth0"), "veth1");
        AssertFull("new", "10.0.0.0/30");
        _node.HostLinks.Clear();
        Assert.Equal("10.0.0.2/30", Allocate("new", "10.0.0.0/30"));
    }

    [Theory]
    [InlineData("gopod\r\neth0")]
    [InlineData("gopod")]
    [InlineData("no owner's name/")]
    public void ADD_does_not_reclaim_reservations_of_the_Go_plugin(string content)
    {
        Fill("10.0.0.0/29", 4);
        WriteAsGo("10.0.0.6", content);
        _node.Reboot();
        Fill("10.0.0.0/29", 4, "new");
        AssertFull("more", "10.0.0.0/29");
        Assert.Contains(content, Owners());
    }

    // The Go plugin deleted our pod and created it again, as a restarted container. Our record describes the former attachment.
    [Fact]
    public void A_new_reservation_of_the_Go_plugin_for_our_owner_is_not_reclaimed()
    {
        Fill("10.0.0.0/30", 1);
        File.Delete(Path.Combine(Place.Directory, "10.0.0.2"));
        WriteAsGo("10.0.0.2", "pod0\r\neth0");
        File.SetLastWriteTimeUtc(Path.Combine(Place.Directory, "10.0.0.2"), DateTime.UtcNow.AddSeconds(10));
        _node.Reboot();
        AssertFull("new", "10.0.0.0/30");
    }

    [Fact]
    public void A_requested_address_is_reclaimed_only_if_it_is_stale()
    {
        Allocate("pod0", "10.0.0.0/24", "10.0.0.5");
        Assert.Throws<CniException>(() => Allocate("new", "10.0.0.0/24", "10.0.0.5"));
        _node.Reboot();
        Assert.Equal("10.0.0.5/24", Allocate("new", "10.0.0.0/24", "10.0.0.5"));
    }

    [Fact]
    public void Another_range_of_the_network_stays_unchanged()
    {
        Allocate("pod0", "10.0.0.0/30");
        Allocate("pod1", "10.1.0.0/30");
        _node.Reboot();
        Assert.Equal("10.1.0.2/30", Allocate("new", "10.1.0.0/30"));
        Assert.Equal(["new\r\neth0", "pod0\r\neth0"], Owners());
    }

    // A new index keeps the known records.
    [Fact]
    public void Records_of_owners_survive_calls_of_the_Go_plugin()
    {
        Fill("10.0.0.0/29", 4);
        WriteAsGo("10.0.0.6", "gopod\r\neth0");
        using (var store = ReservationStore.Open(Place, _log, new StoreUser(_node)))
            Assert.Equal(["10.0.0.6"], store.FindByOwner(new ReservationOwner("gopod", "eth0")).Select(address => address.ToString()));
        _node.Reboot();
        Fill("10.0.0.0/29", 4, "new");
        AssertFull("more", "10.0.0.0/29");
    }

    [Fact]
    public void Without_records_no_attachment_is_proven_gone()
    {
        Fill("10.0.0.0/29", 5);
        Directory.Delete(_root["state"], recursive: true);
        _node.Reboot();
        AssertFull("new", "10.0.0.0/29");
        Assert.Equal(0, _node.Looks);
    }

    // A busy machine may stop a process for seconds at any place.
    [Fact]
    public void A_record_written_late_still_owns_its_reservation()
    {
        Allocate("first", "10.0.0.0/24", "10.0.0.9");
        CrashPoint.OnReached(() =>
        {
            if (!Directory.EnumerateFiles(_root["state"], "pod0,*", SearchOption.AllDirectories).Any())
                Thread.Sleep(2100);
        });
        try
        {
            Assert.Equal("10.0.0.2/24", Allocate("pod0", "10.0.0.0/24", "10.0.0.2"));
        }
        finally
        {
            CrashPoint.OnReached(null);
        }
        _node.Reboot();
        Assert.Equal("10.0.0.2/24", Allocate("pod1", "10.0.0.0/24", "10.0.0.2"));
    }
}

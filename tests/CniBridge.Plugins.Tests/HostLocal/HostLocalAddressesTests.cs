using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of addresses that host-local manages within the bridge plugin.</summary>
public sealed class HostLocalAddressesTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    CniRequest Request(string ranges, string id)
    {
        var request = Requests.Make($$"""
            {"ipam": {"type": "host-local", "dataDir": "{{_root["data"]}}", "stateDir": "{{_root["state"]}}", "ranges": {{ranges}} } }
            """);
        return request with { Environment = request.Environment with { ContainerId = id } };
    }

    HostLocalAddresses Make(string ranges, string id = "pod1") =>
        HostLocalAddresses.ForAdd(Request(ranges, id), CniArgs.Parse(""), AttachmentNetwork.None);

    HostLocalAddresses Allocate(string ranges, string id)
    {
        var addresses = Make(ranges, id);
        using var undo = new Rollback(TextWriter.Null);
        addresses.Allocate(undo);
        undo.Cancel();
        return addresses;
    }

    [Fact]
    public void The_pools_are_the_ranges_of_all_sets()
    {
        var pools = Make("""
            [[{"subnet":"10.1.0.0/24","rangeStart":"10.1.0.9","rangeEnd":"10.1.0.20"},{"subnet":"10.2.0.0/30"}],[{"subnet":"fd00::/126"}]]
            """).Pools;
        Assert.Equal(
            ["10.1.0.9-10.1.0.20 of 10.1.0.0/24", "10.2.0.1-10.2.0.2 of 10.2.0.0/30", "fd00::1-fd00::3 of fd00::/126"],
            pools.Select(pool => $"{pool.First}-{pool.Last} of {pool.Subnet}"));
        Assert.Empty(HostLocalAddresses.ForDelete(Request(Old, "pod1"), AttachmentNetwork.None).Pools);
    }

    const string Old = """[[{"subnet":"10.1.0.0/24"}]]""", New = """[[{"subnet":"10.9.0.0/24"}]]""";

    [Theory]
    [InlineData(Old, false)]
    [InlineData("""[[{"subnet":"fd00::/64"}]]""", true)]
    [InlineData("""[[{"subnet":"10.1.0.0/24"}],[{"subnet":"fd00::/64"}]]""", true)]
    public void The_ranges_determine_whether_pods_get_IPv6_addresses(string ranges, bool servesIPv6)
    {
        Assert.Equal(servesIPv6, Make(ranges).ServesIPv6);
        Assert.False(Make(ranges).NeedsInterface);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
    }

    [Fact]
    public void LastServed_contains_the_last_address_of_the_old_range()
    {
        Assert.Empty(Allocate(Old, "pod1").LastServed);
        Assert.Equal([IpAddress.Parse("10.1.0.2")], Allocate(New, "pod2").LastServed);
        Assert.Equal([IpAddress.Parse("10.9.0.2")], Allocate(New, "pod3").LastServed);
        Assert.Empty(Make(Old).LastServed);
    }

    [Fact]
    public void HasMoved_is_true_only_in_the_first_ADD_of_a_new_range()
    {
        Assert.False(Allocate(Old, "pod1").HasMoved);
        Assert.False(Allocate(Old, "pod2").HasMoved);
        Assert.True(Allocate(New, "pod3").HasMoved);
        Assert.False(Allocate(New, "pod4").HasMoved);
        Assert.False(Allocate("""[[{"subnet":"10.1.0.0/24"},{"subnet":"10.9.0.0/24"}]]""", "pod5").HasMoved);
    }

    // The next ADD must still know the owner of the old gateway address.
    [Fact]
    public void The_last_address_of_the_old_range_is_known_until_an_ADD_succeeds()
    {
        Allocate(Old, "pod1");
        using (var undo = new Rollback(TextWriter.Null))
            Make(New, "pod2").Allocate(undo);
        Assert.Equal(["pod1"], Make(New).ListUsers().Select(user => user.ContainerId));
        // The second set fails, because this attachment has an address of it.
        using (var undo = new Rollback(TextWriter.Null))
            Assert.Throws<CniException>(() => Make("""[[{"subnet":"10.9.0.0/24"}],[{"subnet":"10.1.0.0/24"}]]""").Allocate(undo));
        Assert.Equal([IpAddress.Parse("10.1.0.2")], Allocate(New, "pod3").LastServed);
        Assert.Equal([IpAddress.Parse("10.9.0.2")], Allocate(New, "pod4").LastServed);
    }

    // Otherwise the next ADD would get a released address.
    [Fact]
    public void A_failed_ADD_keeps_the_position_in_its_range()
    {
        Allocate(Old, "pod1");
        using (var undo = new Rollback(TextWriter.Null))
            Make(Old, "pod2").Allocate(undo);
        Assert.Equal([IpAddress.Parse("10.1.0.3")], Allocate(Old, "pod3").LastServed);
    }

    [Fact]
    public void Attachments_of_former_ranges_are_listed_too()
    {
        Assert.Empty(Make(Old).ListUsers());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
        Allocate(Old, "pod1");
        var addresses = Allocate(New, "pod2");
        Assert.Equal(
        [
            new AddressUser("pod1", "eth0", IpAddress.Parse("10.1.0.2")),
            new AddressUser("pod2", "eth0", IpAddress.Parse("10.9.0.2")),
        ], addresses.ListUsers().OrderBy(user => user.ContainerId, StringComparer.Ordinal));
        addresses.Release();
        Assert.Equal(["pod1"], addresses.ListUsers().Select(user => user.ContainerId));
    }
}

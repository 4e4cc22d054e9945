using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

public sealed class ReservationFilesTests : IDisposable
{
    static readonly ReservationOwner s_owner = new("cid", "eth0");

    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    // A shorter text in place would take two writes. The new file appears in one step.
    [Theory]
    [InlineData(null, "10.0.0.2", false)]
    [InlineData("10.0.0.2", "10.0.0.3", true)]
    [InlineData("10.0.0.9", "10.0.0.10", true)]
    [InlineData("10.0.0.254", "10.0.0.2", false)]
    [InlineData("10.0.0.254\n\n", "10.0.0.255", false)]
    [InlineData("", "10.0.0.2", true)]
    public void A_marker_is_replaced_atomically(string? before, string after, bool isSameFile)
    {
        var marker = _root["last_reserved_ip.0"];
        if (before is not null)
            File.WriteAllText(marker, before);
        using var old = before is null ? null : File.OpenRead(marker);
        new ReservationFiles(_root.Path).SetLastReserved(0, IpAddress.Parse(after));
        Assert.Equal(after, File.ReadAllText(marker));
        if (old is not null)
            Assert.Equal(isSameFile ? after : before, new StreamReader(old).ReadToEnd());
        Assert.Equal([marker], Directory.EnumerateFileSystemEntries(_root.Path));
    }

    // The specification has no maximum length of container IDs.
    [Fact]
    public void A_reservation_of_a_long_container_ID_is_read_whole()
    {
        var files = new ReservationFiles(_root.Path);
        var owner = new ReservationOwner(new string('c', 100_000), "eth0");
        Create(files, "10.0.0.2", owner);
        Assert.True(files.Holds(IpAddress.Parse("10.0.0.2"), owner));
        Assert.False(files.Holds(IpAddress.Parse("10.0.0.2"), owner with { InterfaceName = "eth1" }));
        Assert.Equal(owner, Assert.Single(files.Read()).Owner);
    }

    // After many unavailable addresses in a row, one list of names answers the rest. It must follow later changes.
    [Fact]
    public void The_list_of_names_follows_changes()
    {
        var files = new ReservationFiles(_root.Path);
        for (var i = 0; i < 40; i++)
            Create(files, $"10.0.0.{i}", s_owner);
        for (var i = 0; i < 40; i++)
            Assert.False(files.IsFree(IpAddress.Parse($"10.0.0.{i}")));
        // No other program may write under the lock. The change proves that the list is used.
        File.Delete(_root["10.0.0.5"]);
        Assert.False(files.IsFree(IpAddress.Parse("10.0.0.5")));
        files.Delete(IpAddress.Parse("10.0.0.6"));
        Assert.True(files.IsFree(IpAddress.Parse("10.0.0.6")));
        Create(files, "10.0.0.6", s_owner);
        Assert.False(files.IsFree(IpAddress.Parse("10.0.0.6")));
    }

    static void Create(ReservationFiles files, string address, ReservationOwner owner)
    {
        using var reservation = files.Prepare(IpAddress.Parse(address), owner);
        Assert.True(reservation.TryPublish());
    }
}

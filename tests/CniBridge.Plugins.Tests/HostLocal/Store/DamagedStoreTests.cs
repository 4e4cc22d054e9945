using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>Tests of invalid and undeletable files in a store, and of crashes.</summary>
public sealed class DamagedStoreTests : ReservationStoreScene
{
    [Fact]
    public void An_unreadable_index_does_not_stop_a_search()
    {
        Assert.True(Reserve("10.1.2.5"));
        var index = Assert.Single(Directory.EnumerateFiles(_root["state"], "cid1,*", SearchOption.AllDirectories));
        File.Delete(index);
        Directory.CreateDirectory(index);

        Assert.Equal("10.1.2.5", Find(s_owner));
    }

    /// <summary>Replaces a file with a device that can be read without end.</summary>
    static void ReplaceByDevice(string path)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, "/dev/zero");
    }

    [Theory]
    [InlineData("cid1,*")]
    [InlineData(".stamp")]
    public void An_invalid_index_file_is_ignored_and_the_index_is_created_again(string pattern)
    {
        Assert.True(Reserve("10.1.2.5"));
        var index = Assert.Single(Directory.EnumerateFiles(_root["state"], pattern, SearchOption.AllDirectories));
        ReplaceByDevice(index);

        Assert.Equal("10.1.2.5", Find(s_owner));
        Assert.True(Reserve("10.1.2.6"));
        Assert.Equal("10.1.2.5 10.1.2.6", Find(s_owner));
        Assert.True(Use(store => store.IsOwner(s_owner)));
        Assert.Null(new FileInfo(index).LinkTarget);
    }

    // No pod gets the address, and everything else works.
    [Fact]
    public void A_reservation_that_is_not_a_file_has_no_owner_and_keeps_its_address()
    {
        Assert.True(Reserve("10.1.2.5"));
        Assert.True(Reserve("10.1.2.6"));
        ReplaceByDevice(PathOf("10.1.2.5"));

        Assert.Equal("10.1.2.6", Find(s_owner));
        Assert.False(Use(store => store.IsFree(IpAddress.Parse("10.1.2.5"))));
        Assert.False(Reserve("10.1.2.5"));
        Assert.True(Use(store => store.ReleaseAll(s_owner)));
        Assert.Equal("10.1.2.5 lock", Files());
    }

    [Fact]
    public void A_marker_that_is_not_a_file_is_replaced()
    {
        Use(store =>
        {
            store.SetLastReserved(0, IpAddress.Parse("10.1.2.5"));
            return true;
        });
        ReplaceByDevice(PathOf("last_reserved_ip.0"));

        Assert.Null(Use(store => store.GetLastReserved(0)));
        Use(store =>
        {
            store.SetLastReserved(0, IpAddress.Parse("10.1.2.6"));
            return true;
        });
        Assert.Equal("10.1.2.6", File.ReadAllText(PathOf("last_reserved_ip.0")));
        Assert.Null(new FileInfo(PathOf("last_reserved_ip.0")).LinkTarget);
    }

    [Fact]
    public void An_empty_file_is_a_leftover_of_a_crash_and_can_be_reclaimed()
    {
        Write("10.1.2.5", "");
        Write("10.1.2.6", "cid2\r\neth0");
        Write("last_reserved_ip.0", "");
        Assert.False(Reserve("10.1.2.5"));
        Assert.True(Use(store => store.Reclaim(CandidatesTests.Set("10.1.2.0/24"))));
        Assert.Equal("10.1.2.6 last_reserved_ip.0 lock", Files());
        Assert.False(Use(store => store.Reclaim(CandidatesTests.Set("10.1.2.0/24"))));
        Assert.True(Reserve("10.1.2.5"));
    }

    // A power failure leaves files of zeros, and an operator may leave anything. Neither may block other addresses.
    [Theory]
    [InlineData("\0\0\0\0\0\0\0\0")]
    [InlineData("a\0b\r\neth0")]
    [InlineData("../../escape\r\neth0")]
    [InlineData("ROOT/escape\r\neth0")]
    [InlineData("..\r\n/../../escape")]
    [InlineData("a/b\r\neth0")]
    public void A_reservation_file_with_garbage_has_no_owner(string content)
    {
        content = content.Replace("ROOT", _root.Path, StringComparison.Ordinal);
        Write("10.1.2.5", content);
        Reserve("10.1.2.6");
        Assert.Equal("10.1.2.6", Find(s_owner));
        Assert.False(Reserve("10.1.2.5"));
        Assert.Equal(content, File.ReadAllText(PathOf("10.1.2.5")));
        // Only the two directories contain new files.
        Assert.Equal(["data", "state"],
            Directory.EnumerateFileSystemEntries(_root.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["pods"], Directory.EnumerateFileSystemEntries(_root["data"]).Select(Path.GetFileName));
    }

    static readonly Dictionary<string, (Action<ReservationStore> Release, string[] Left)> s_releases = new()
    {
        ["DEL"] = (store => store.ReleaseAll(s_owner), ["10.1.2.6"]),
        ["GC"] = (store => store.ReleaseAllBut(owner => owner != s_owner), ["10.1.2.6", "10.1.2.8"]),
    };

    // In a sticky directory, a user cannot delete the files of other users.
    [Theory]
    [InlineData("DEL")]
    [InlineData("GC")]
    public void A_reservation_that_cannot_be_released_is_reported_and_the_rest_is_released(string verb)
    {
        Assert.SkipUnless(UnprivilegedUser.IsAvailable, "needs root, and a kernel that supports setfsuid");
        Directory.CreateDirectory(Place.Directory);
        File.SetUnixFileMode(_root.Path, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(Place.Directory, (UnixFileMode)0b1_111_111_111);
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        using (var store = ReservationStore.Open(Place, log))
        {
            UnprivilegedUser.Run(() => Assert.True(store.TryReserve(IpAddress.Parse("10.1.2.5"), s_owner)));
            Assert.True(store.TryReserve(IpAddress.Parse("10.1.2.6"), s_owner));
            UnprivilegedUser.Run(() => Assert.True(store.TryReserve(IpAddress.Parse("10.1.2.7"), s_owner)));
        }
        Write("10.1.2.8", "");
        foreach (var file in (string[])["10.1.2.6", "10.1.2.8"])
            File.SetUnixFileMode(PathOf(file), (UnixFileMode)0b100_100_100);

        var (release, left) = s_releases[verb];
        using (var store = ReservationStore.Open(Place, log))
        {
            // Root can read its own stamp.
            Assert.Equal(3, store.FindByOwner(s_owner).Count);
            var failure = UnprivilegedUser.Run(() => Assert.Throws<CniException>(() => release(store)));
            Assert.Equal(CniErrorCode.IoFailure, failure.Code);
            Assert.StartsWith(NotReleased, failure.Message, StringComparison.Ordinal);
            Assert.Equal(left.Select(file => $"could not delete {PathOf(file)}: operation not permitted"),
                failure.Message[NotReleased.Length..].Split("; ").Order(StringComparer.Ordinal));
        }
        Assert.Equal("10.1.2.6 10.1.2.8 lock", Files());
        Assert.Equal("10.1.2.6", Find(s_owner));

        Use(store =>
        {
            release(store);
            return true;
        });
        Assert.Equal("", Find(s_owner));
        Assert.Equal("", log.ToString());
    }

    const string NotReleased = "could not release all addresses: ";

    [Fact]
    public void Cleaning_up_creates_no_files()
    {
        Assert.Null(ReservationStore.TryOpen(Place, TextWriter.Null));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
        File.WriteAllText(_root["data"], "a file where a directory belongs");
        Assert.Null(ReservationStore.TryOpen(Place, TextWriter.Null));
    }

    [Fact]
    public void Cleaning_up_finds_existing_reservations()
    {
        Reserve("10.1.2.5");
        using var store = ReservationStore.TryOpen(Place, TextWriter.Null);
        Assert.Equal(["10.1.2.5"], store!.FindByOwner(s_owner).Select(address => address.ToString()));
    }
}

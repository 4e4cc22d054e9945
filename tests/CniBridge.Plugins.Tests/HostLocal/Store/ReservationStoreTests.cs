using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>Tests of the files, byte for byte as the Go plugin writes them.</summary>
public sealed class ReservationStoreTests : IDisposable
{
    static readonly ReservationOwner s_owner = new("cid1", "eth0");

    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    StorePlace Place => new(_root["data/pods"], _root["state"]);

    string PathOf(string file) => Path.Combine(Place.Directory, file);

    T Use<T>(Func<ReservationStore, T> work)
    {
        using var store = ReservationStore.Open(Place, TextWriter.Null);
        return work(store);
    }

    bool Reserve(string address, ReservationOwner? owner = null) =>
        Use(store => store.TryReserve(IpAddress.Parse(address), owner ?? s_owner));

    string Find(ReservationOwner owner) =>
        Use(store => string.Join(' ', store.FindByOwner(owner).Select(address => address.ToString()).Order(StringComparer.Ordinal)));

    void Write(string file, string content)
    {
        Directory.CreateDirectory(Place.Directory);
        File.WriteAllText(PathOf(file), content);
    }

    string Files() => string.Join(' ', Directory.EnumerateFileSystemEntries(Place.Directory)
        .Select(Path.GetFileName).Order(StringComparer.Ordinal));

    /// <summary>Returns the mode after the umask of the process.</summary>
    static UnixFileMode Masked(int mode)
    {
        var mask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Umask:", StringComparison.Ordinal))[6..].Trim();
        return (UnixFileMode)(mode & ~Convert.ToInt32(mask, 8));
    }

    // The Go plugin gives an interface any number of requested addresses. The index is not designed for hundreds.
    [Fact]
    public void All_addresses_of_an_owner_are_found_for_any_number()
    {
        var addresses = Enumerable.Range(0, 300).Select(i => $"2001:db8:1111:2222:3333:4444:5555:{i + 0x1000:x}").ToArray();
        foreach (var address in addresses)
            Assert.True(Reserve(address));

        Assert.Equal(string.Join(' ', addresses), Find(s_owner));
        Assert.Equal(string.Join(' ', addresses), Find(s_owner));
    }

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
    public void A_reservation_is_a_file_of_container_and_interface_with_CR_LF_between()
    {
        Assert.True(Reserve("10.1.2.5"));
        Assert.True(Reserve("2001:DB8:0:0::2"));
        Assert.Equal("10.1.2.5 2001:db8::2 lock", Files());
        foreach (var file in (string[])["10.1.2.5", "2001:db8::2"])
        {
            Assert.Equal("cid1\r\neth0"u8.ToArray(), File.ReadAllBytes(PathOf(file)));
            Assert.Equal(Masked(0b110_000_000), File.GetUnixFileMode(PathOf(file)));
        }
        Assert.Equal(Masked(0b111_101_000), File.GetUnixFileMode(PathOf("lock")));
        Assert.Empty(File.ReadAllBytes(PathOf("lock")));
        Assert.Equal(Masked(0b111_101_101), File.GetUnixFileMode(Place.Directory));
    }

    // .NET writes these addresses with dotted quads. Go does not, and the file needs the name of Go.
    [Theory]
    [InlineData("fd00::5efe:10.0.0.1", "fd00::5efe:a00:1")]
    [InlineData("::1.2.3.4", "::102:304")]
    [InlineData("2001:DB8::0001", "2001:db8::1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    public void A_file_has_the_name_that_Go_writes(string address, string file)
    {
        Assert.True(Reserve(address));
        Assert.Equal([file, "lock"], Files().Split(' '));
        Assert.False(Reserve(file));
    }

    [Fact]
    public void A_marker_holds_the_address_alone()
    {
        Use(store =>
        {
            store.SetLastReserved(0, IpAddress.Parse("10.100.200.150"));
            store.SetLastReserved(0, IpAddress.Parse("10.1.2.5"));
            store.SetLastReserved(12, IpAddress.Parse("2001:DB8::2"));
            Assert.Equal("10.1.2.5", store.GetLastReserved(0)?.ToString());
            Assert.Equal("2001:db8::2", store.GetLastReserved(12)?.ToString());
            Assert.Null(store.GetLastReserved(1));
            return true;
        });
        Assert.Equal("10.1.2.5"u8.ToArray(), File.ReadAllBytes(PathOf("last_reserved_ip.0")));
        Assert.Equal("2001:db8::2"u8.ToArray(), File.ReadAllBytes(PathOf("last_reserved_ip.12")));
        Assert.Equal(Masked(0b110_000_000), File.GetUnixFileMode(PathOf("last_reserved_ip.0")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.1.2.5\n")]
    [InlineData(" 10.1.2.5")]
    [InlineData("10.1.2")]
    [InlineData("10.1.2.5/24")]
    [InlineData("garbage \0 \u00ff")]
    public void A_marker_that_is_not_an_address_counts_as_absent(string content)
    {
        Write("last_reserved_ip.0", content);
        Assert.Null(Use(store => store.GetLastReserved(0)));
    }

    [Fact]
    public void An_address_is_reserved_once()
    {
        Assert.True(Reserve("10.1.2.5"));
        Assert.False(Reserve("10.1.2.5"));
        Assert.False(Reserve("10.1.2.5", new ReservationOwner("cid2", "eth0")));
        Assert.Equal("cid1\r\neth0", File.ReadAllText(PathOf("10.1.2.5")));
    }

    [Fact]
    public void A_release_deletes_the_file_and_a_second_one_does_nothing()
    {
        Reserve("10.1.2.5");
        Reserve("10.1.2.6");
        for (var i = 0; i < 2; i++)
        {
            Use(store =>
            {
                store.Release(IpAddress.Parse("10.1.2.5"), s_owner);
                return true;
            });
            Assert.Equal("10.1.2.6 lock", Files());
        }
        Assert.Equal("10.1.2.6", Find(s_owner));
    }

    // Contents are compared without white space at their ends. A bare LF between the two parts does not match, and neither does further
    // text.
    [Theory]
    [InlineData("cid1\r\neth0", true)]
    [InlineData("cid1\r\neth0\n", true)]
    [InlineData(" cid1\r\neth0 ", true)]
    [InlineData("cid1\neth0", false)]
    [InlineData("cid1\r\neth1", false)]
    [InlineData("cid1\r\neth00", false)]
    [InlineData("cid11\r\neth0", false)]
    [InlineData("cid1 \r\neth0", false)]
    [InlineData("CID1\r\neth0", false)]
    [InlineData("cid1\r\neth0\r\nmore", false)]
    // The oldest Go versions wrote only the container.
    [InlineData("cid1", true)]
    [InlineData("cid1\n", true)]
    [InlineData("cid2", false)]
    [InlineData("", false)]
    public void An_owner_is_found_by_content(string content, bool isFound)
    {
        Write("10.1.2.5", content);
        Assert.Equal(isFound ? "10.1.2.5" : "", Find(s_owner));
    }

    [Fact]
    public void Files_of_the_oldest_form_count_only_without_newer_ones()
    {
        Write("10.1.2.5", "cid1");
        Write("10.1.2.6", "cid1\r\neth0");
        Assert.Equal("10.1.2.6", Find(s_owner));
        Assert.Equal("10.1.2.5", Find(s_owner with { InterfaceName = "eth1" }));
    }

    [Fact]
    public void Foreign_files_are_neither_read_nor_removed()
    {
        Write("notes.txt", "cid1\r\neth0");
        Write("10.1.2.5.bak", "cid1\r\neth0");
        Write("010.1.2.5", "cid1\r\neth0");
        Write("empty", "");
        Directory.CreateDirectory(PathOf("sub"));
        File.WriteAllText(PathOf("sub/10.1.2.5"), "cid1\r\neth0");
        Directory.CreateDirectory(PathOf("10.1.2.7"));
        var before = Files();

        Assert.Equal("", Find(s_owner));
        Assert.False(Use(store => store.Reclaim(CandidatesTests.Set("10.1.2.0/24"))));
        Assert.Equal(before.Replace("notes", "lock notes", StringComparison.Ordinal), Files());
        Assert.True(File.Exists(PathOf("sub/10.1.2.5")));
        // An address is also not assigned if a file of any kind has its name.
        Assert.False(Reserve("10.1.2.7"));
        Assert.True(Reserve("10.1.2.5"));
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

    [Fact]
    public void All_users_are_listed_with_their_addresses()
    {
        Assert.Empty(Use(store => store.ListUsers()));
        Reserve("10.1.2.5");
        Reserve("fd00::5");
        Reserve("10.1.2.6", new ReservationOwner("cid2", "net1"));
        Write("10.1.2.7", "cid3");
        Write("10.1.2.8", "");
        Write("10.1.2.9", "a/b\r\neth0");
        Write("notes", "cid4\r\neth0");
        Assert.Equal(["cid1 eth0 10.1.2.5", "cid1 eth0 fd00::5", "cid2 net1 10.1.2.6", "cid3  10.1.2.7"],
            Use(store => store.ListUsers()).Select(user => $"{user.ContainerId} {user.InterfaceName} {user.Address}")
                .Order(StringComparer.Ordinal));
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

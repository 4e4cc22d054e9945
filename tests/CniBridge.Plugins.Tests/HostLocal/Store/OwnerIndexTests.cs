using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>Tests of the index of owners: the results equal those of the files with a correct, a missing and a wrong index.</summary>
public sealed class OwnerIndexTests : IDisposable
{
    static readonly ReservationOwner s_owner = new("cid1", "eth0");

    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    StorePlace Place => new(_root["data/pods"], _root["state"]);

    string PathOf(string file) => Path.Combine(Place.Directory, file);

    string Find(ReservationOwner owner, TextWriter? log = null)
    {
        using var store = ReservationStore.Open(Place, log ?? TextWriter.Null);
        return string.Join(' ', store.FindByOwner(owner).Select(address => address.ToString()).Order(StringComparer.Ordinal));
    }

    bool Reserve(string address, ReservationOwner owner)
    {
        using var store = ReservationStore.Open(Place, TextWriter.Null);
        return store.TryReserve(IpAddress.Parse(address), owner);
    }

    [Fact]
    public void The_index_follows_reservations_that_the_Go_plugin_adds_and_removes()
    {
        Reserve("10.1.2.5", s_owner);
        File.WriteAllText(PathOf("10.1.2.6"), "cid1\r\neth0");
        Assert.Equal("10.1.2.5 10.1.2.6", Find(s_owner));
        File.Delete(PathOf("10.1.2.5"));
        Assert.Equal("10.1.2.6", Find(s_owner));
        File.Delete(PathOf("10.1.2.6"));
        Assert.Equal("", Find(s_owner));
    }

    // Rewriting a file in place does not change its directory, so the stamp is unchanged and the file itself is read.
    [Theory]
    [InlineData("cid1", "10.1.2.5")]
    [InlineData("cid2\r\neth0", "")]
    [InlineData("", "")]
    public void A_reservation_rewritten_in_place_has_a_new_owner(string content, string found)
    {
        Reserve("10.1.2.5", s_owner);
        Reserve("10.1.2.6", new ReservationOwner("cid3", "eth0"));
        File.WriteAllText(PathOf("10.1.2.5"), content);
        Assert.Equal(found, Find(s_owner));
    }

    [Fact]
    public void An_owner_of_a_thousand_addresses_keeps_them_all_in_the_index()
    {
        var addresses = Enumerable.Range(1, 1000).Select(i => $"2001:db8:1111:2222:3333:4444:5555:{i:x}").ToList();
        using (var store = ReservationStore.Open(Place, TextWriter.Null))
        {
            foreach (var address in addresses)
                Assert.True(store.TryReserve(IpAddress.Parse(address), s_owner));
        }
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var expected = string.Join(' ', addresses.Select(text => IpAddress.Parse(text).ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(expected, Find(s_owner, log));
        Assert.Equal("", log.ToString());
        Assert.Equal(1000, Assert.Single(OwnerIndex.ReadEvery(_root["state"]), stored => stored.Store is not null).Record.Addresses.Count);
    }

    [Fact]
    public void A_lost_or_damaged_index_is_created_again()
    {
        Reserve("10.1.2.5", s_owner);
        Directory.Delete(_root["state"], recursive: true);
        Assert.Equal("10.1.2.5", Find(s_owner));
        foreach (var file in Directory.EnumerateFiles(_root["state"], "*", SearchOption.AllDirectories))
            File.WriteAllText(file, "garbage\0");
        Assert.Equal("10.1.2.5", Find(s_owner));
        Assert.True(Directory.EnumerateFiles(_root["state"], "*", SearchOption.AllDirectories).Count() == 2);
    }

    [Fact]
    public void Without_a_writable_index_everything_works_and_the_reason_is_logged()
    {
        File.WriteAllText(_root["state"], "a file where a directory belongs");
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        Assert.True(Reserve("10.1.2.5", s_owner));
        Assert.Equal("10.1.2.5", Find(s_owner, log));
        Assert.Contains("cannot use the index of owners: ", log.ToString(), StringComparison.Ordinal);
        Assert.Equal("", Find(new ReservationOwner("cid2", "eth0")));
    }

    [Fact]
    public void The_longest_names_and_names_that_look_alike_are_distinguished()
    {
        var longest = new string('a', 254);
        Reserve("10.1.2.5", new ReservationOwner(longest + "b", "fifteen-bytes--"));
        Reserve("10.1.2.6", new ReservationOwner(longest + "c", "fifteen-bytes--"));
        Reserve("10.1.2.7", new ReservationOwner("a", "b,c"));
        Reserve("10.1.2.8", new ReservationOwner("a", "c"));
        Assert.Equal("10.1.2.5", Find(new ReservationOwner(longest + "b", "fifteen-bytes--")));
        Assert.Equal("10.1.2.6", Find(new ReservationOwner(longest + "c", "fifteen-bytes--")));
        Assert.Equal("10.1.2.7", Find(new ReservationOwner("a", "b,c")));
        Assert.Equal("10.1.2.8", Find(new ReservationOwner("a", "c")));
    }

    // The plugin was killed between the reservation and its record, and there is nothing left to release.
    [Fact]
    public void GC_deletes_the_record_of_a_missing_reservation()
    {
        Reserve("10.1.2.5", s_owner);
        File.Delete(Path.Combine(Place.Directory, "10.1.2.5"));
        using (var store = ReservationStore.Open(Place, TextWriter.Null))
            store.ReleaseAllBut(_ => false);
        Assert.DoesNotContain(Directory.EnumerateFiles(Place.StateDirectory, "*", SearchOption.AllDirectories),
            path => path.Contains(s_owner.ContainerId, StringComparison.Ordinal));
    }

    [Fact]
    public void Networks_with_one_name_in_two_data_directories_are_distinguished()
    {
        Reserve("10.1.2.5", s_owner);
        using var other = ReservationStore.Open(Place with { Directory = _root["other/pods"] }, TextWriter.Null);
        Assert.Empty(other.FindByOwner(s_owner));
    }

    // Our writes, those of the Go plugin and those of a crash occur in any order. The scan of the files is always right.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_index_agrees_with_the_files_after_random_writes(int seed)
    {
        var random = new PseudoRandom(seed);
        for (var i = 0; i < 400; i++)
        {
            var address = $"10.1.2.{random.Next(12)}";
            var owner = new ReservationOwner($"cid{random.Next(4)}", $"eth{random.Next(2)}");
            Directory.CreateDirectory(Place.Directory);
            switch (random.Next(5))
            {
                case 0: Reserve(address, owner); break;
                case 1: Release(address, owner); break;
                case 2: Create(address, $"{owner.ContainerId}\r\n{owner.InterfaceName}"); break;
                case 3: File.Delete(PathOf(address)); break;
                case 4: Create(address, random.Next(2) == 0 ? "" : owner.ContainerId); break;
            }
            Assert.Equal(Scan(owner), Find(owner));
        }
    }

    /// <summary>Creates a reservation as the Go plugin does: it fails if the file exists.</summary>
    void Create(string address, string content)
    {
        if (!File.Exists(PathOf(address)))
            File.WriteAllText(PathOf(address), content);
    }

    /// <summary>Releases an address if the owner has it.</summary>
    void Release(string address, ReservationOwner owner)
    {
        using var store = ReservationStore.Open(Place, TextWriter.Null);
        if (store.FindByOwner(owner).Contains(IpAddress.Parse(address)))
            store.Release(IpAddress.Parse(address), owner);
    }

    string Scan(ReservationOwner owner)
    {
        var files = Directory.EnumerateFiles(Place.Directory).Where(path => IpAddress.TryParse(Path.GetFileName(path), out _))
            .Select(path => (Name: Path.GetFileName(path), Content: File.ReadAllText(path)))
            .OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        var own = files.Where(file => file.Content == $"{owner.ContainerId}\r\n{owner.InterfaceName}").ToList();
        var legacy = files.Where(file => file.Content == owner.ContainerId);
        return string.Join(' ', (own.Count > 0 ? own : legacy).Select(file => file.Name));
    }

    // The plugin was killed between creating and writing the record. No reservation was made, so the stamp is unchanged.
    [Fact]
    public void An_empty_record_is_deleted_at_the_next_search()
    {
        Reserve("10.1.2.5", s_owner);
        var directory = Path.GetDirectoryName(Directory.EnumerateFiles(_root["state"], "cid1*", SearchOption.AllDirectories).Single())!;
        var empty = Path.Combine(directory, "cid2,eth0");
        File.WriteAllText(empty, "");
        Assert.Equal("", Find(new ReservationOwner("cid2", "eth0")));
        Assert.False(File.Exists(empty));
        Assert.Equal("10.1.2.5", Find(s_owner));
    }
}

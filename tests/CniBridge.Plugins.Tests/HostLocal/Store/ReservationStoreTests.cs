using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Store;

/// <summary>Tests of the files, byte for byte as the Go plugin writes them.</summary>
public sealed class ReservationStoreTests : ReservationStoreScene
{
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
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Conntrack;

public sealed class ConntrackEntryTests
{
    static readonly List<ConntrackEntry> V4 = Answer.Decode("conntrack-v4", ConntrackEntry.Decode);
    static readonly List<ConntrackEntry> V6 = Answer.Decode("conntrack-v6", ConntrackEntry.Decode);

    // conntrack -L -o id printed these entries.
    [Fact]
    public void Entries_are_decoded_as_conntrack_shows_them()
    {
        Assert.Equal(
        [
            (Tuple(6, "198.51.100.7", 40001, "192.0.2.1", 8080), Tuple(6, "192.0.2.1", 8080, "198.51.100.7", 40001), 642765038u),
            (Tuple(17, "198.51.100.7", 40003, "192.0.2.1", 5353), Tuple(17, "192.0.2.1", 5353, "198.51.100.7", 40003), 2673373529u),
            (Tuple(17, "198.51.100.7", 40000, "192.0.2.1", 5353), Tuple(17, "10.1.0.7", 53, "198.51.100.7", 40000), 342710357u),
            (Tuple(1, "198.51.100.7", 0, "192.0.2.1", 0), Tuple(1, "192.0.2.1", 0, "198.51.100.7", 0), 3976122908u),
            (Tuple(132, "198.51.100.7", 40002, "192.0.2.1", 9999), Tuple(132, "192.0.2.1", 9999, "198.51.100.7", 40002), 1664685221u),
            (Tuple(17, "198.51.100.7", 40000, "192.0.2.1", 5353), Tuple(17, "192.0.2.1", 5353, "198.51.100.7", 40000), 156291859u),
        ],
        V4.Select(entry => (entry.Original, entry.Reply, entry.Id)));
        Assert.Equal(
        [
            (Tuple(17, "2001:db8::7", 40000, "fd00:1::1", 5353), Tuple(17, "fd00:2::7", 53, "2001:db8::7", 40000), 1641260136u),
            (Tuple(6, "2001:db8::7", 40001, "fd00:1::1", 8080), Tuple(6, "fd00:1::1", 8080, "2001:db8::7", 40001), 8031482u),
        ],
        V6.Select(entry => (entry.Original, entry.Reply, entry.Id)));
        Assert.All(V4, entry => Assert.False(entry.Family.IsV6));
        Assert.All(V6, entry => Assert.True(entry.Family.IsV6));
    }

    [Theory]
    [InlineData("02 00 00", "header cut short")]
    [InlineData("02 00 00 00", "no tuple")]
    [InlineData("02 00 00 00 08 00 0c 00 00 00 00 01 04 00 01 80", "empty tuple")]
    [InlineData("02 00 00 00 06 00 0c 00 00 01 00 00", "id of two bytes")]
    [InlineData("02 00 00 00 10 00 01 80 0c 00 01 80 07 00 01 00 0a 00 00", "address of three bytes")]
    [InlineData("02 00 00 00 10 00 01 80 0c 00 02 80 08 00 03 00 00 00 00 35", "port of four bytes")]
    public void Impossible_values_are_refused(string payload, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {ConntrackEntry.Decode(Golden.Bytes(payload))}");

    // The fields that a deletion needs must exist.
    [Fact]
    public void An_entry_without_an_id_is_refused()
    {
        var payload = Answer.Payload("conntrack-v6", out _);
        Assert.NotEqual(0u, ConntrackEntry.Decode(payload).Id);
        var id = payload.AsSpan().IndexOf<byte>([8, 0, 12, 0]);
        payload[id + 2] = 99;
        Assert.Throws<InvalidDataException>(() => ConntrackEntry.Decode(payload));
    }

    static ConntrackTuple Tuple(byte protocol, string source, ushort sourcePort, string destination, ushort destinationPort) =>
        new(IpAddress.Parse(source), IpAddress.Parse(destination), protocol, sourcePort, destinationPort);
}

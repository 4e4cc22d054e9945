using System.Buffers.Binary;
using System.Globalization;

namespace CniBridge.Linux.Tests.Netlink;

/// <summary>
/// A request as lines that do not depend on the order of its attributes: "18/1 = 76657468" is attribute 1 inside attribute 18. Written
/// without the product's reader, because it judges the product's writer.
/// </summary>
static class RequestTree
{
    internal static SortedSet<string> Decode(byte[] message)
    {
        Assert.Equal(message.Length, BinaryPrimitives.ReadInt32LittleEndian(message));
        var type = BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(4));
        var size = type switch
        {
            >= 16 and <= 19 => 16,
            >= 20 and <= 23 => 8,
            >= 24 and <= 31 => 12,
            >= 112 and <= 115 => 8,
            _ when type >> 8 == Conntrack => 4,
            _ => throw new ArgumentOutOfRangeException(
                nameof(message), type, "no message of a link, address, route, neighbour, VLAN or connection"),
        };
        var lines = new SortedSet<string>(StringComparer.Ordinal)
        {
            $"type and flags = {Hex(message.AsSpan(4, 4))}",
            $"sequence and port = {Hex(message.AsSpan(8, 8))}",
            $"header = {Hex(message.AsSpan(16, size))}",
        };
        Walk(message.AsSpan(16 + size), "", path => IsNest(type, path), lines);
        return lines;
    }

    // NFNL_SUBSYS_CTNETLINK, whose nests say that they are (NLA_F_NESTED)
    const int Conntrack = 1;

    static void Walk(ReadOnlySpan<byte> bytes, string path, Func<string, bool> isNest, SortedSet<string> lines)
    {
        while (!bytes.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            var name = $"{path}{BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..])}";
            var value = bytes[4..length];
            var padding = bytes[length..((length + 3) & ~3)];
            Assert.Equal(-1, padding.IndexOfAnyExcept((byte)0));
            // IFLA_LINKINFO / IFLA_INFO_DATA / VETH_INFO_PEER begins with a second struct ifinfomsg.
            if (name == "18/2/1")
            {
                Assert.True(lines.Add($"{name} header = {Hex(value[..16])}"));
                Walk(value[16..], name + "/", isNest, lines);
            }
            else if (isNest(name))
                Walk(value, name + "/", isNest, lines);
            else
                Assert.True(lines.Add($"{name} = {Hex(value)}"), $"attribute {name} twice");
            bytes = bytes[((length + 3) & ~3)..];
        }
    }

    // Of a link IFLA_LINKINFO, IFLA_INFO_DATA and IFLA_INFO_SLAVE_DATA, of a route RTA_METRICS
    static bool IsNest(int type, string path) => type switch
    {
        < 20 => path is "18" or "18/2" or "18/5",
        >= 24 and < 28 => path == "8",
        _ => type >> 8 == Conntrack && int.Parse(path.Split('/')[^1], CultureInfo.InvariantCulture) >= 0x8000,
    };

    internal static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}

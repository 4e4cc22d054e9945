using System.Buffers.Binary;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>
/// A message of nf_tables as lines that do not depend on the order of its attributes: "4/0/1 = 6d65746100" is attribute 1 of the first
/// element of the list 4. Written without the product's reader, because it judges the product's writer. <see cref="IsLeftOut"/> selects
/// lines that only nft writes and that are optional.
/// </summary>
static class NftTree
{
    internal static SortedSet<string> Decode(ReadOnlySpan<byte> message)
    {
        Assert.Equal(message.Length, BinaryPrimitives.ReadInt32LittleEndian(message));
        var type = BinaryPrimitives.ReadUInt16LittleEndian(message[4..]);
        var lines = new SortedSet<string>(StringComparer.Ordinal)
        {
            $"type and flags = {Hex(message.Slice(4, 4))}",
            $"header = {Hex(message.Slice(16, 4))}",
        };
        Walk(message[20..], "", type & 0xff, lines);
        lines.RemoveWhere(line => IsLeftOut(type & 0xff, line, lines));
        return lines;
    }

    // NFT_MSG_NEWRULE, …
    const int NewRule = 6, NewSet = 9, NewElements = 12, DeleteElements = 14;

    static void Walk(ReadOnlySpan<byte> bytes, string path, int type, SortedSet<string> lines)
    {
        var index = 0;
        while (!bytes.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            var number = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
            var value = bytes[4..length];
            bytes = bytes[((length + 3) & ~3)..];
            if (IsList(type, path))
            {
                // nft counts the elements of a set where NFTA_LIST_ELEM belongs; the kernel looks at neither.
                if (!IsEndBeforeFirst(type, value))
                    Walk(value, $"{path}{index++}/", type, lines);
                continue;
            }
            var name = $"{path}{number & 0x3fff}";
            if ((number & 0x8000) != 0)
                WalkNest(value, name, type, lines);
            else if (type == NewSet && name == "13")
                WalkUserData(value, lines);
            else
                Assert.True(lines.Add($"{name} = {Hex(value)}"), $"attribute {name} twice");
        }
    }

    static void WalkNest(ReadOnlySpan<byte> value, string name, int type, SortedSet<string> lines)
    {
        if (value.IsEmpty)
            Assert.True(lines.Add($"{name} empty"));
        Walk(value, name + "/", type, lines);
    }

    static bool IsList(int type, string path) => (type, path) switch
    {
        (NewRule, "4/") => true,
        (NewSet, "9/2/") => true,
        ( >= NewElements and <= DeleteElements, "3/") => true,
        _ => false,
    };

    /// <summary>Returns true for the element at zero with which nft ends the range before the first one of a set.</summary>
    static bool IsEndBeforeFirst(int type, ReadOnlySpan<byte> element) =>
        type == NewElements && element.Length > 16 && Hex(element[..8]) == "0800030000000001" &&
        element[16..].IndexOfAnyExcept((byte)0) < 0;

    static void WalkUserData(ReadOnlySpan<byte> bytes, SortedSet<string> lines)
    {
        for (; !bytes.IsEmpty; bytes = bytes[(2 + bytes[1])..])
            Assert.True(lines.Add($"13:{bytes[0]} = {Hex(bytes.Slice(2, bytes[1]))}"));
    }

    static bool IsLeftOut(int type, string line, SortedSet<string> lines) => type switch
    {
        // NFTA_SET_ID; NFTNL_UDATA_SET_KEY_TYPEOF and _DATA_TYPEOF, which say nothing here, and _DATA_INTERVAL, which is 0
        NewSet => line.StartsWith("10 = ", StringComparison.Ordinal) || line.StartsWith("13:3 = ", StringComparison.Ordinal) ||
            line.StartsWith("13:4 = ", StringComparison.Ordinal) || line == "13:6 = 00000000",
        // NFTA_SET_ELEM_LIST_SET_ID: the name is enough
        NewElements => line.StartsWith("4 = ", StringComparison.Ordinal),
        // The comment of an element that is deleted: the key is enough
        DeleteElements => line.Contains("/6 = ", StringComparison.Ordinal),
        // NFTA_LOOKUP_SET_ID: the name is enough. NFTA_BITWISE_OP: it is NFT_BITWISE_BOOL without
        NewRule => IsOf("lookup", "/2/4 = ", line, lines) || IsOf("bitwise", "/2/6 = 00000000", line, lines),
        _ => false,
    };

    static bool IsOf(string expression, string attribute, string line, SortedSet<string> lines)
    {
        var at = line.IndexOf(attribute, StringComparison.Ordinal);
        return at > 0 && lines.Contains($"{line[..at]}/1 = {Hex(System.Text.Encoding.ASCII.GetBytes(expression + "\0"))}");
    }

    static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}

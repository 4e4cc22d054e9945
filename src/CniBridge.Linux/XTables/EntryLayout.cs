using System.Buffers.Binary;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;
using static CniBridge.Linux.XTables.XTablesConstants;

namespace CniBridge.Linux.XTables;

/// <summary>
/// The offsets in an entry: struct ipt_entry or struct ip6t_entry, which start with struct ipt_ip or struct ip6t_ip6: source,
/// destination, the mask of each, the names of the interfaces, the mask of each, protocol and flags.
/// </summary>
/// <param name="protocol">Offset of proto.</param>
/// <param name="flags">Offset of flags; invflags follows it.</param>
/// <param name="targetOffset">Offset of target_offset; next_offset follows it.</param>
/// <param name="headerSize">Size of the entry before its matches and its target.</param>
sealed class EntryLayout(AddressFamily family, int protocol, int flags, int targetOffset, int headerSize)
{
    internal const int NameSize = 16;

    internal static readonly EntryLayout V4 = new(AddressFamily.IPv4, 80, 82, 88, 112);
    internal static readonly EntryLayout V6 = new(AddressFamily.IPv6, 128, 131, 140, 168);

    internal int AddressSize => family.IsV6 ? 16 : 4;

    /// <summary>Offset of iniface; outiface and the masks of both follow it.</summary>
    internal int Names => 4 * AddressSize;

    internal int Protocol => protocol;

    internal int InvertFlags => flags + 1;

    internal int TargetOffset => targetOffset;

    internal int HeaderSize => headerSize;

    internal Payload SourcePayload => Payload.SourceAddress(family);

    internal Payload DestinationPayload => Payload.DestinationAddress(family);

    /// <exception cref="InvalidDataException">The entry ends behind the end of the table.</exception>
    internal int ReadLength(ReadOnlySpan<byte> entries, int offset)
    {
        var rest = entries.Length - offset;
        var length = rest < HeaderSize ? 0 : BinaryPrimitives.ReadUInt16LittleEndian(entries[(offset + TargetOffset + 2)..]);
        return length >= HeaderSize && length <= rest
            ? length
            : throw new InvalidDataException($"an entry of iptables says that it has {length} bytes, {rest} are there");
    }

    internal int ReadTargetOffset(ReadOnlySpan<byte> entry)
    {
        var offset = BinaryPrimitives.ReadUInt16LittleEndian(entry[TargetOffset..]);
        return offset >= HeaderSize && offset <= entry.Length
            ? offset
            : throw new InvalidDataException($"an entry of iptables has its target at {offset} of {entry.Length} bytes");
    }

    internal (byte[] Value, byte[] Mask) Source(ReadOnlySpan<byte> entry) => Read(entry, 0, 2 * AddressSize, AddressSize);

    internal (byte[] Value, byte[] Mask) Destination(ReadOnlySpan<byte> entry) => Read(entry, AddressSize, 3 * AddressSize, AddressSize);

    internal (byte[] Value, byte[] Mask) InputInterface(ReadOnlySpan<byte> entry) =>
        Read(entry, Names, Names + (2 * NameSize), NameSize);

    internal (byte[] Value, byte[] Mask) OutputInterface(ReadOnlySpan<byte> entry) =>
        Read(entry, Names + NameSize, Names + (3 * NameSize), NameSize);

    static (byte[] Value, byte[] Mask) Read(ReadOnlySpan<byte> entry, int value, int mask, int size) =>
        (entry.Slice(value, size).ToArray(), entry.Slice(mask, size).ToArray());

    /// <summary>Tells whether -g leads to the chain, instead of -j.</summary>
    internal bool IsGoto(ReadOnlySpan<byte> entry) => (entry[flags] & (family.IsV6 ? IP6T_F_GOTO : IPT_F_GOTO)) != 0;

    /// <summary>Tells whether the entry matches fragments (IPv4) or a traffic class (IPv6).</summary>
    internal bool HasOtherConditions(ReadOnlySpan<byte> entry) => (entry[flags] & (family.IsV6 ? IP6T_F_TOS : IPT_F_FRAG)) != 0;
}

using System.Buffers.Binary;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>A reader of the messages in one datagram. It checks each length before use.</summary>
ref struct MessageReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    internal ushort Type { get; private set; }
    internal ushort Flags { get; private set; }
    internal uint Sequence { get; private set; }
    internal ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>Moves to the next message. Returns false at the end.</summary>
    /// <exception cref="InvalidDataException">A length is impossible.</exception>
    internal bool Read()
    {
        if (_rest.IsEmpty)
            return false;
        if (_rest.Length < MessageHeaderSize)
            throw new InvalidDataException($"netlink message header cut short: {_rest.Length} of {MessageHeaderSize} bytes");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        if (length < MessageHeaderSize || length > _rest.Length)
            throw new InvalidDataException($"netlink message says it has {length} bytes, {_rest.Length} are there");
        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[4..]);
        Flags = BinaryPrimitives.ReadUInt16LittleEndian(_rest[6..]);
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(_rest[8..]);
        Payload = _rest[MessageHeaderSize..(int)length];
        _rest = _rest[Math.Min(MessageWriter.Align((int)length), _rest.Length)..];
        return true;
    }
}

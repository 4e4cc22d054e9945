using System.Buffers.Binary;

namespace CniBridge.Linux.Packets;

/// <summary>The checksum of the internet protocols (RFC 1071).</summary>
static class InternetChecksum
{
    /// <summary>Returns the checksum of bytes, of which the field of the checksum itself must be zero.</summary>
    internal static ushort Of(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (; bytes.Length > 1; bytes = bytes[2..])
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (bytes.Length > 0)
            sum += (uint)bytes[0] << 8;
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}

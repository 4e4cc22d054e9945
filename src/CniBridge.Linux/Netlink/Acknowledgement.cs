using System.Buffers.Binary;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>The payload of NLMSG_ERROR: an error number, and the kernel's own text if it sent one.</summary>
readonly record struct Acknowledgement(int Errno, string? Text)
{
    // struct nlmsgerr { int error; struct nlmsghdr msg; }; then the request's payload unless it is capped, then attributes
    internal static Acknowledgement Decode(ReadOnlySpan<byte> payload, ushort flags)
    {
        if (payload.Length < sizeof(int) + MessageHeaderSize)
        {
            throw new InvalidDataException(
                $"netlink acknowledgement cut short: {payload.Length} of {sizeof(int) + MessageHeaderSize} bytes");
        }
        var errno = -BinaryPrimitives.ReadInt32LittleEndian(payload);
        return new Acknowledgement(errno, (flags & NLM_F_ACK_TLVS) == 0 ? null : FindText(payload, flags));
    }

    /// <summary>Decodes the payload of NLMSG_DONE: the error number that ended the list, then attributes.</summary>
    internal static Acknowledgement DecodeDone(ReadOnlySpan<byte> payload, ushort flags)
    {
        if (payload.Length < sizeof(int))
            throw new InvalidDataException($"netlink end of a list cut short: {payload.Length} of {sizeof(int)} bytes");
        var errno = Math.Max(0, -BinaryPrimitives.ReadInt32LittleEndian(payload));
        return new Acknowledgement(errno, (flags & NLM_F_ACK_TLVS) == 0 ? null : FindText(payload[sizeof(int)..]));
    }

    static string? FindText(ReadOnlySpan<byte> payload, ushort flags)
    {
        var requestLength = BinaryPrimitives.ReadUInt32LittleEndian(payload[sizeof(int)..]);
        var skip = sizeof(int) + ((flags & NLM_F_CAPPED) != 0 ? MessageHeaderSize : requestLength);
        // A damaged text must not hide the error number.
        return skip > payload.Length ? null : FindText(payload[Math.Min(MessageWriter.Align((int)skip), payload.Length)..]);
    }

    static string? FindText(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var attributes = new AttributeReader(bytes);
            while (attributes.Read())
            {
                if (attributes.Type == NLMSGERR_ATTR_MSG)
                    return attributes.Text;
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }
        return null;
    }
}

using System.Buffers.Binary;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>The payload of NLMSG_ERROR: an error number, and the kernel's own sentence when it wrote one.</summary>
readonly record struct Acknowledgement(int Errno, string? Text)
{
    // struct nlmsgerr { int error; struct nlmsghdr msg; };  followed by the request's payload unless capped, then attributes
    internal static Acknowledgement Decode(ReadOnlySpan<byte> payload, ushort flags)
    {
        if (payload.Length < sizeof(int) + MessageHeaderSize)
            throw new InvalidDataException($"netlink acknowledgement cut short: {payload.Length} of {sizeof(int) + MessageHeaderSize} bytes");
        var errno = -BinaryPrimitives.ReadInt32LittleEndian(payload);
        return new Acknowledgement(errno, (flags & NLM_F_ACK_TLVS) == 0 ? null : FindText(payload, flags));
    }

    static string? FindText(ReadOnlySpan<byte> payload, ushort flags)
    {
        var requestLength = BinaryPrimitives.ReadUInt32LittleEndian(payload[sizeof(int)..]);
        var skip = sizeof(int) + ((flags & NLM_F_CAPPED) != 0 ? MessageHeaderSize : requestLength);
        // A text that cannot be found must not hide the error number.
        if (skip > payload.Length)
            return null;
        try
        {
            var attributes = new AttributeReader(payload[MessageWriter.Align((int)skip)..]);
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

using System.Buffers.Binary;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Netlink;

/// <summary>Comparison of our requests with those that ip sent for the same purpose.</summary>
static class Request
{
    internal static byte[] Encode(INetlinkMessage message, ushort flags, uint sequence)
    {
        var writer = new MessageWriter(new byte[1024]);
        NetlinkSocket.Encode(ref writer, message, flags, sequence);
        return writer.Written.ToArray();
    }

    /// <summary>Asserts that every byte is the same.</summary>
    internal static void AssertSameBytes(string capture, INetlinkMessage message, ushort flags = NLM_F_ACK)
    {
        var expected = Golden.Capture("requests/" + capture);
        Golden.AssertEqual(expected, Encode(message, flags, SequenceOf(expected)));
    }

    /// <summary>Asserts that headers and attributes are the same in any order, except for lines that we replace on purpose.</summary>
    internal static void AssertSameAttributes(
        string capture,
        INetlinkMessage message,
        ushort flags,
        params ReadOnlySpan<(string? Ip, string? Ours)> deviations)
    {
        var expected = Golden.Capture("requests/" + capture);
        var lines = RequestTree.Decode(expected);
        foreach (var (ip, ours) in deviations)
        {
            if (ip is not null)
                Assert.True(lines.Remove(ip), $"ip did not send {ip} but\n{string.Join('\n', lines)}");
            if (ours is not null)
                Assert.True(lines.Add(ours), $"ip sent {ours} too");
        }
        Assert.Equal(lines, RequestTree.Decode(Encode(message, flags, SequenceOf(expected))));
    }

    static uint SequenceOf(byte[] message) => BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(8));
}

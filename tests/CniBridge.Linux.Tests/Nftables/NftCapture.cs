using System.Buffers.Binary;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>Comparison of our messages with those that nft sent for the same purpose.</summary>
static class NftCapture
{
    /// <summary>Asserts that all messages of a batch have the same effect.</summary>
    internal static void AssertSameBatch(string capture, NftBatch batch)
    {
        var expected = Split(Golden.Capture("requests/" + capture));
        var actual = Split(Encode(batch));
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            // nft looks for refusals only; we ask for an answer to the last change.
            if (i == expected.Count - 2)
                expected[i][6] |= (byte)NLM_F_ACK;
            Assert.Equal(NftTree.Decode(expected[i]), NftTree.Decode(actual[i]));
        }
    }

    internal static void AssertSameRequest(string capture, INetlinkMessage message, ushort flags)
    {
        var writer = new MessageWriter(new byte[16]);
        NetlinkSocket.Encode(ref writer, message, flags, 0);
        Assert.Equal(NftTree.Decode(Golden.Capture("requests/" + capture)), NftTree.Decode(writer.Written));
    }

    internal static byte[] Encode(NftBatch batch)
    {
        var writer = new MessageWriter(new byte[16]);
        Transaction.Encode(ref writer, batch.Messages, 0);
        return writer.Written.ToArray();
    }

    internal static List<byte[]> Split(byte[] datagram)
    {
        var messages = new List<byte[]>();
        for (var offset = 0; offset < datagram.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(datagram.AsSpan(offset));
            messages.Add(datagram[offset..(offset + length)]);
            offset += (length + 3) & ~3;
        }
        return messages;
    }

    /// <summary>Returns the text that nft read: the comment between the command and the versions.</summary>
    internal static string Ruleset(string capture)
    {
        var lines = Golden.Text("requests/" + capture).Split('\n').TakeWhile(line => line.StartsWith(';')).ToList();
        return string.Join('\n', lines[1..^1].Select(line => line[2..])) + "\n";
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>
/// One batch: sends all messages in one datagram and then reads the answers. The kernel checks all messages even after it refused
/// one. It works in the sender's thread, so all answers are available when the send returns.
/// </summary>
readonly ref struct Transaction(NetlinkTransport transport, IReadOnlyList<INetlinkMessage> messages)
{
    /// <summary>The initial size of the buffer in bytes. Every socket can send that much.</summary>
    const int UsualSize = 4096;

    /// <summary>Executes the batch.</summary>
    /// <exception cref="KernelException">The kernel refused a message, and nothing was changed. The message names the first
    /// one.</exception>
    internal void Run()
    {
        var first = SequenceNumbers.Take(messages.Count + 2);
        var writer = new MessageWriter(new byte[UsualSize]);
        Encode(ref writer, messages, first);
        // The kernel refuses more than sk_sndbuf - 32 bytes (EMSGSIZE in af_netlink.c). It doubles the requested buffer size.
        if (writer.Length > UsualSize)
            transport.SetSendBuffer(writer.Length);
        transport.Send(writer.Written, BatchMark.Begin);
        ReadAnswers(first);
        foreach (var message in messages)
        {
            if (NetfilterHeader.IsDeletion(message.Type))
                SlowSockets.NoteDeletion();
        }
    }

    internal static void Encode(ref MessageWriter writer, IReadOnlyList<INetlinkMessage> messages, uint sequence)
    {
        NetlinkSocket.Encode(ref writer, BatchMark.Begin, 0, sequence);
        for (var i = 0; i < messages.Count; i++)
        {
            // The kernel always reports refusals. Only the last message requests an acknowledgement.
            var flags = i == messages.Count - 1 ? NLM_F_ACK : (ushort)0;
            NetlinkSocket.Encode(ref writer, messages[i], flags, ++sequence);
        }
        NetlinkSocket.Encode(ref writer, BatchMark.End, 0, sequence + 1);
    }

    void ReadAnswers(uint first)
    {
        Span<byte> buffer = stackalloc byte[NetlinkSocket.BufferSize];
        KernelException? refusal = null;
        var isDone = false;
        while (TryReceive(buffer, out var size))
        {
            // With NETLINK_CAP_ACK the acknowledgement does not repeat the request, so it always fits.
            var reader = new MessageReader(buffer[..Math.Min(size, buffer.Length)]);
            while (reader.Read())
            {
                var index = reader.Sequence - first;
                if (reader.Type != NLMSG_ERROR || index > messages.Count)
                    continue;
                isDone |= index == messages.Count;
                var message = index == 0 ? BatchMark.Begin : messages[(int)index - 1];
                refusal ??= NetlinkSocket.ToException(message, Acknowledgement.Decode(reader.Payload, reader.Flags));
            }
        }
        if (refusal is not null)
            throw refusal;
        if (!isDone)
            throw new KernelException(BatchMark.Begin.Operation, Errno.ENOBUFS, "the answer was lost");
    }

    bool TryReceive(Span<byte> buffer, out int size)
    {
        try
        {
            return transport.TryReceive(BatchMark.Begin, buffer, LibC.MSG_DONTWAIT, out size);
        }
        catch (KernelException e) when (e.Errno == Errno.ENOBUFS)
        {
            // More messages were refused than the socket has room for. The first answers can still be read.
            size = 0;
            return true;
        }
    }
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>
/// One batch on its way: everything in one datagram, and then its answers. The kernel looks at all messages, whatever it
/// refuses, and works in the sender's thread: when the send returns, all has been answered, so that nothing is waited for.
/// </summary>
readonly ref struct Transaction(NetlinkTransport transport, IReadOnlyList<INetlinkMessage> messages)
{
    /// <summary>Room made at first, and what every socket can send.</summary>
    const int UsualSize = 4096;

    /// <exception cref="KernelException">Refused: named is the first message that was, nothing of any was done.</exception>
    internal void Run()
    {
        var first = SequenceNumbers.Take(messages.Count + 2);
        var writer = new MessageWriter(new byte[UsualSize]);
        Encode(ref writer, messages, first);
        // if (len > sk->sk_sndbuf - 32) err = -EMSGSIZE, in af_netlink.c; what is asked for is doubled.
        if (writer.Length > UsualSize)
            transport.SetSendBuffer(writer.Length);
        transport.Send(writer.Written, BatchMark.Begin);
        ReadAnswers(first);
    }

    internal static void Encode(ref MessageWriter writer, IReadOnlyList<INetlinkMessage> messages, uint sequence)
    {
        NetlinkSocket.Encode(ref writer, BatchMark.Begin, 0, sequence);
        for (var i = 0; i < messages.Count; i++)
        {
            // Refusals are told anyway. Only the last message asks for an answer: that all was done.
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
            // The kernel does not repeat the request in its acknowledgement (NETLINK_CAP_ACK): it always fits.
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
            // More was refused than there is room for answers; the first ones are still to be read.
            size = 0;
            return true;
        }
    }
}

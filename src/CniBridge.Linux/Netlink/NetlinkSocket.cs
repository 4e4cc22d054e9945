using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// A netlink socket of the network namespace that the calling thread is in when it is opened; it stays there, so it may
/// be used from any thread afterwards. One request at a time.
/// </summary>
/// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER: the part of the kernel that answers.</param>
public sealed class NetlinkSocket(int protocol) : IDisposable
{
    /// <summary>Makes one value of a reply's payload.</summary>
    public delegate T Decoder<out T>(ReadOnlySpan<byte> payload);

    /// <summary>
    /// Enough for nearly every answer: a link's has some 2 KB. The buffer is on the stack, whose pages all sockets use one
    /// after another, because new memory costs more than the work that is done with it.
    /// </summary>
    internal const int BufferSize = 8 * 1024;

    readonly NetlinkTransport _transport = new(protocol, groups: 0);

    /// <summary>For messages that are not answered one by one.</summary>
    internal NetlinkTransport Transport => _transport;

    internal int DescriptorNumber => _transport.DescriptorNumber;

    public NetlinkSocket()
        : this(LibC.NETLINK_ROUTE)
    {
    }

    /// <summary>
    /// Sends the messages at once and waits for each one's acknowledgement. The kernel goes on past a message that it
    /// refuses; the first refusal is thrown after all have been answered.
    /// </summary>
    /// <exception cref="KernelException">The kernel refused a message.</exception>
    public void Execute(params ReadOnlySpan<INetlinkMessage> messages)
    {
        foreach (var refusal in ExecuteAll(messages, tellsTolerated: false))
        {
            if (refusal is not null)
                throw refusal;
        }
    }

    /// <summary>
    /// The same, with what the kernel said to each message: null where it did as asked, else why it did not, which may be
    /// what is tolerated.
    /// </summary>
    public KernelException?[] TryExecute(ReadOnlySpan<INetlinkMessage> messages) => ExecuteAll(messages, tellsTolerated: true);

    KernelException?[] ExecuteAll(ReadOnlySpan<INetlinkMessage> messages, bool tellsTolerated)
    {
        var refusals = new KernelException?[messages.Length];
        for (var start = 0; start < messages.Length; start += BatchLength)
        {
            var length = Math.Min(BatchLength, messages.Length - start);
            ExecuteBatch(messages.Slice(start, length), refusals.AsSpan(start, length), tellsTolerated);
        }
        return refusals;
    }

    void ExecuteBatch(ReadOnlySpan<INetlinkMessage> messages, Span<KernelException?> refusals, bool tellsTolerated)
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        var first = Send(NLM_F_ACK, messages);
        for (var answered = 0; answered < messages.Length;)
        {
            // They are answered in their order.
            var size = Receive(messages[answered], buffer);
            // The kernel does not repeat the request in its acknowledgement (NETLINK_CAP_ACK): it always fits.
            if (size > buffer.Length)
                throw new KernelException(messages[answered].Operation, Errno.EMSGSIZE);
            var reader = new MessageReader(buffer[..size]);
            while (reader.Read())
            {
                var index = reader.Sequence - first;
                if (reader.Type != NLMSG_ERROR || index >= messages.Length)
                    continue;
                answered++;
                var answer = Acknowledgement.Decode(reader.Payload, reader.Flags);
                if (answer.Errno != 0 && (tellsTolerated || answer.Errno != messages[(int)index].Tolerated))
                    refusals[(int)index] = ToException(messages[(int)index], answer);
            }
        }
    }

    /// <summary>Sends one request that is answered by one message, of whatever size.</summary>
    /// <exception cref="KernelException">The kernel refused, for example because there is no such object.</exception>
    public T Get<T>(INetlinkMessage message, Decoder<T> decode)
        where T : class => Ask(message, decode, tolerated: 0)!;

    /// <summary>The same, but null where the kernel refuses as the message tolerates: an exception costs more than the question.</summary>
    public T? TryGet<T>(INetlinkMessage message, Decoder<T> decode)
        where T : class => Ask(message, decode, message.Tolerated);

    T? Ask<T>(INetlinkMessage message, Decoder<T> decode, int tolerated)
        where T : class
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        var sequence = Send(0, message);
        while (true)
        {
            var size = Receive(message, buffer);
            if (size > buffer.Length)
            {
                // To ask again costs only the rare large answer something. To look at the size of each first would cost all.
                buffer = new byte[LargerThan(size)];
                sequence = Send(0, message);
                continue;
            }
            var reader = new MessageReader(buffer[..size]);
            while (reader.Read())
            {
                if (reader.Sequence != sequence)
                    continue;
                if (reader.Type != NLMSG_ERROR)
                    return decode(reader.Payload);
                var answer = Acknowledgement.Decode(reader.Payload, reader.Flags);
                if (answer.Errno != 0 && answer.Errno == tolerated)
                    return null;
                throw ToException(message, answer)
                    ?? throw new InvalidDataException($"could not {message.Operation}: acknowledged without an answer");
            }
        }
    }

    /// <summary>
    /// Sends one request that is answered by a list. Asks again when the list changed while the kernel was writing it
    /// (NLM_F_DUMP_INTR), and when a piece of it was larger than the buffer: half a list would be a wrong answer.
    /// </summary>
    /// <param name="decode">Its values are returned; null leaves an entry out.</param>
    /// <param name="limit">The number of values that are returned at most.</param>
    public List<T> Dump<T>(INetlinkMessage message, Decoder<T?> decode, int limit = int.MaxValue)
        where T : class
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        var giveUp = Environment.TickCount64 + (long)NetlinkTransport.Deadline.TotalMilliseconds;
        while (Environment.TickCount64 < giveUp)
        {
            var items = new List<T>();
            if (TryDump(message, decode, limit, buffer, items, out var size))
                return items;
            if (size > buffer.Length)
                buffer = new byte[LargerThan(size)];
        }
        throw new KernelException(message.Operation, Errno.ETIMEDOUT, "the list kept changing while it was read");
    }

    /// <param name="size">Bytes of the largest piece, for which the buffer may be too small.</param>
    /// <returns>False when the list is not complete.</returns>
    bool TryDump<T>(INetlinkMessage message, Decoder<T?> decode, int limit, Span<byte> buffer, List<T> items, out int size)
        where T : class
    {
        var sequence = Send(NLM_F_DUMP, message);
        var isWhole = true;
        while (true)
        {
            size = Receive(message, buffer);
            if (size > buffer.Length)
            {
                DropAnswers(message);
                return false;
            }
            var reader = new MessageReader(buffer[..size]);
            while (reader.Read())
            {
                if (reader.Sequence != sequence)
                    continue;
                isWhole &= (reader.Flags & NLM_F_DUMP_INTR) == 0;
                switch (reader.Type)
                {
                    case NLMSG_DONE:
                        var end = Acknowledgement.DecodeDone(reader.Payload, reader.Flags);
                        return ToException(message, end) is { } failure ? throw failure : isWhole;
                    case NLMSG_ERROR:
                        throw ToException(message, Acknowledgement.Decode(reader.Payload, reader.Flags))
                            ?? throw new InvalidDataException($"could not {message.Operation}: acknowledged without a list");
                    default:
                        if (items.Count < limit && decode(reader.Payload) is { } item)
                            items.Add(item);
                        break;
                }
            }
        }
    }

    /// <summary>Reads the rest of a list: the kernel begins no other before. It writes the next piece when one is received.</summary>
    void DropAnswers(INetlinkMessage about)
    {
        Span<byte> any = stackalloc byte[1];
        while (_transport.TryReceive(about, any, LibC.MSG_DONTWAIT, out _))
        {
        }
    }

    /// <summary>Room for an answer that was too large, and that may grow until it is asked for again.</summary>
    static int LargerThan(int size) => 2 * size;

    /// <exception cref="KernelException">Nothing came until the deadline.</exception>
    int Receive(INetlinkMessage about, Span<byte> buffer) =>
        _transport.TryReceive(about, buffer, 0, out var size) ? size : throw new KernelException(about.Operation, Errno.EAGAIN);

    uint Send(ushort flags, params ReadOnlySpan<INetlinkMessage> messages)
    {
        var first = SequenceNumbers.Take(messages.Length);
        // The writer takes more of its own when there are many.
        var writer = new MessageWriter(stackalloc byte[UsualRequestSize]);
        for (var i = 0; i < messages.Length; i++)
            Encode(ref writer, messages[i], flags, first + (uint)i);
        _transport.Send(writer.Written, messages[0]);
        return first;
    }

    /// <summary>Messages per send.</summary>
    const int BatchLength = 64;

    /// <summary>Room that is made at first: enough for a pod's addresses and routes.</summary>
    const int UsualRequestSize = 2048;

    internal static void Encode(ref MessageWriter writer, INetlinkMessage message, ushort flags, uint sequence)
    {
        var start = writer.BeginMessage(message.Type, (ushort)(NLM_F_REQUEST | flags | message.Flags), sequence);
        message.Write(ref writer);
        writer.EndMessage(start);
    }

    internal static KernelException? ToException(INetlinkMessage message, Acknowledgement answer) =>
        answer.Errno == 0 ? null : new KernelException(message.Operation, answer.Errno, answer.Text);

    public void Dispose() => _transport.Dispose();
}

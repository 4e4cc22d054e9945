using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// A netlink socket of the network namespace that the calling thread is in when it is opened; it stays there, so it may
/// be used from any thread afterwards. One request at a time.
/// </summary>
/// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER: the part of the kernel that answers.</param>
public sealed class NetlinkSocket(int protocol) : IDisposable
{
    /// <summary>
    /// Enough bytes for nearly every answer: a link has about 2 KB. The buffer is on the stack, because its pages are used again by
    /// each socket, while new memory costs more than the work with it.
    /// </summary>
    internal const int BufferSize = 8 * 1024;

    /// <summary>Attempts to read a list of a namespace that others control.</summary>
    const int AttemptsOfForeign = 3;

    /// <summary>The maximum number of messages per datagram.</summary>
    const int BatchLength = 64;

    /// <summary>The initial size in bytes; enough for the addresses and routes of a pod.</summary>
    const int UsualRequestSize = 2048;

    /// <summary>Decodes the payload of a reply.</summary>
    public delegate T Decoder<out T>(ReadOnlySpan<byte> payload);

    readonly NetlinkTransport _transport = new(protocol, groups: 0);

    /// <summary>
    /// True in a namespace that others control. Its lists may change all the time, so that the kernel never writes one without
    /// an interruption. They are then taken as they were read last.
    /// </summary>
    public bool IsForeign { get; init; }

    /// <summary>The transport, for messages that the kernel does not answer one by one.</summary>
    internal NetlinkTransport Transport => _transport;

    internal int DescriptorNumber => _transport.DescriptorNumber;

    public NetlinkSocket()
        : this(LibC.NETLINK_ROUTE)
    {
    }

    /// <summary>
    /// Sends all messages in one datagram and waits for the acknowledgement of each. The kernel continues behind a message that it
    /// refuses; the first refusal is thrown after all acknowledgements have arrived.
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
    /// Sends messages as <see cref="Execute"/> does. Returns for each message null if it succeeded, otherwise the kernel's refusal,
    /// including a tolerated one.
    /// </summary>
    public KernelException?[] TryExecute(ReadOnlySpan<INetlinkMessage> messages) => ExecuteAll(messages, tellsTolerated: true);

    /// <summary>Returns the bytes of a message that a child will send on this socket, and its sequence number.</summary>
    internal (byte[] Request, uint Sequence) Prepare(INetlinkMessage message)
    {
        var sequence = SequenceNumbers.Take(1);
        var writer = new MessageWriter(stackalloc byte[UsualRequestSize]);
        Encode(ref writer, message, NLM_F_ACK, sequence);
        var request = writer.Written.ToArray();
        _transport.BeginSend(request);
        return (request, sequence);
    }

    /// <summary>Tells whether the acknowledgement of a message has arrived.</summary>
    /// <exception cref="KernelException">The kernel refused the message.</exception>
    internal bool TryReadAnswer(INetlinkMessage message, uint sequence)
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        while (_transport.TryReceive(message, buffer, LibC.MSG_DONTWAIT, out var size))
        {
            var reader = new MessageReader(buffer[..Math.Min(size, buffer.Length)]);
            while (reader.Read())
            {
                if (reader.Sequence != sequence || reader.Type != NLMSG_ERROR)
                    continue;
                var answer = Acknowledgement.Decode(reader.Payload, reader.Flags);
                return answer.Errno == message.Tolerated || ToException(message, answer) is not { } refusal ? true : throw refusal;
            }
        }
        return false;
    }

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
            // The kernel answers in the order of the messages.
            var size = Receive(messages[answered], buffer);
            // With NETLINK_CAP_ACK the acknowledgement does not repeat the request, so it always fits.
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

    /// <summary>Sends a request and returns the one message of its answer, whose size is not limited.</summary>
    /// <exception cref="KernelException">The kernel refused, for example because the object does not exist.</exception>
    public T Get<T>(INetlinkMessage message, Decoder<T> decode)
        where T : class => Ask(message, decode, tolerated: 0)!;

    /// <summary>Returns null for the tolerated errno; this avoids the cost of an exception. Otherwise as Get.</summary>
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
                // A second request costs only the rare large answers something. A look at the size first would cost every call.
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
    /// Sends a request and returns the list of its answer. Repeats the request if the list changed while the kernel wrote it
    /// (NLM_F_DUMP_INTR), or if a part was larger than the buffer: an incomplete list would be a wrong answer.
    /// </summary>
    /// <param name="decode">Decodes an entry; null leaves the entry out.</param>
    /// <param name="limit">The maximum number of entries to return.</param>
    public List<T> Dump<T>(INetlinkMessage message, Decoder<T?> decode, int limit = int.MaxValue)
        where T : class => Dump(message, decode, limit, stopsAtLimit: false);

    /// <summary>
    /// Returns a list, or null if it has more entries than the limit. After null, close the socket: the kernel has written a part of the
    /// list only, and writes the rest before the answer of another request.
    /// </summary>
    public List<T>? TryDumpSmall<T>(INetlinkMessage message, Decoder<T> decode, int limit)
        where T : class
    {
        var items = Dump(message, decode, limit + 1, stopsAtLimit: true);
        return items.Count > limit ? null : items;
    }

    List<T> Dump<T>(INetlinkMessage message, Decoder<T?> decode, int limit, bool stopsAtLimit)
        where T : class
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        var giveUp = Environment.TickCount64 + (long)NetlinkTransport.Deadline.TotalMilliseconds;
        for (var attempt = 1; Environment.TickCount64 < giveUp; attempt++)
        {
            var items = new List<T>();
            var isWhole = TryDump(message, decode, limit, stopsAtLimit, buffer, items, out var size);
            if (isWhole || (stopsAtLimit && items.Count == limit) || (IsForeign && attempt >= AttemptsOfForeign && size <= buffer.Length))
                return items;
            if (size > buffer.Length)
                buffer = new byte[LargerThan(size)];
        }
        throw new KernelException(message.Operation, Errno.ETIMEDOUT, "the list kept changing while it was read");
    }

    /// <param name="size">The size of the largest part in bytes; the buffer may be too small for it.</param>
    /// <returns>False if the list is not complete.</returns>
    bool TryDump<T>(
        INetlinkMessage message, Decoder<T?> decode, int limit, bool stopsAtLimit, Span<byte> buffer, List<T> items, out int size)
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
                        if (stopsAtLimit && items.Count == limit)
                            return false;
                        break;
                }
            }
        }
    }

    /// <summary>Reads the rest of a list. The kernel starts no other list before, and writes the next part when one is received.</summary>
    void DropAnswers(INetlinkMessage about)
    {
        Span<byte> any = stackalloc byte[1];
        while (_transport.TryReceive(about, any, LibC.MSG_DONTWAIT, out _))
        {
        }
    }

    /// <summary>Returns the buffer size for the next try; the answer may have grown until then.</summary>
    static int LargerThan(int size) => 2 * size;

    /// <exception cref="KernelException">No answer came before the deadline.</exception>
    int Receive(INetlinkMessage about, Span<byte> buffer) =>
        _transport.TryReceive(about, buffer, 0, out var size) ? size : throw new KernelException(about.Operation, Errno.EAGAIN);

    uint Send(ushort flags, params ReadOnlySpan<INetlinkMessage> messages)
    {
        var first = SequenceNumbers.Take(messages.Length);
        // The writer grows for many messages.
        var writer = new MessageWriter(stackalloc byte[UsualRequestSize]);
        for (var i = 0; i < messages.Length; i++)
            Encode(ref writer, messages[i], flags, first + (uint)i);
        _transport.Send(writer.Written, messages[0]);
        return first;
    }

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

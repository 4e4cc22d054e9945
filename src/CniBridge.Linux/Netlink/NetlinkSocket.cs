using System.Runtime.InteropServices;
using static CniBridge.Linux.Netlink.NetlinkConstants;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// A netlink socket of the network namespace that the calling thread is in when it is opened; it stays there, so it may
/// be used from any thread afterwards. One request at a time.
/// </summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    /// <summary>Makes one value of a reply's payload.</summary>
    public delegate T Decoder<out T>(ReadOnlySpan<byte> payload);

    /// <summary>No answer for so long means a kernel in trouble, not a slow one.</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <summary>
    /// More than any one answer: a link's is some 2 KB, a rule's at most a page; lists come in pieces of at most this. On the
    /// stack, whose pages all sockets use one after another: memory that is new costs more than what is done with it.
    /// </summary>
    internal const int BufferSize = 8 * 1024;

    readonly Descriptor _descriptor;

    internal int DescriptorNumber => _descriptor.Number;
    uint _sequence;

    /// <param name="groups">Multicast groups to listen to; 0 for a socket that only asks.</param>
    public NetlinkSocket(uint groups = 0)
        : this(LibC.NETLINK_ROUTE, groups)
    {
    }

    /// <param name="protocol">NETLINK_ROUTE, NETLINK_NETFILTER: which part of the kernel is spoken to.</param>
    internal NetlinkSocket(int protocol, uint groups)
    {
        _descriptor = Descriptor.OpenSocket(LibC.AF_NETLINK, LibC.SOCK_RAW, protocol);
        SetOption(LibC.NETLINK_EXT_ACK);
        SetOption(LibC.NETLINK_CAP_ACK);
        SetOption(LibC.NETLINK_GET_STRICT_CHK);
        SetReceiveTimeout(Deadline);
        if (groups == 0)
            return;
        var address = new sockaddr_nl { nl_family = LibC.AF_NETLINK, nl_groups = groups };
        KernelException.ThrowIfFailed(
            LibC.bind(_descriptor.Number, (sockaddr*)&address, (uint)sizeof(sockaddr_nl)), "listen to netlink notifications");
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
            var reader = Receive(messages[answered], buffer);
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

    /// <summary>Sends one request that is answered by one message.</summary>
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
            var reader = Receive(message, buffer);
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
    /// Sends one request that is answered by a list. The list is asked for again when the kernel says that it changed
    /// while being told (NLM_F_DUMP_INTR): half a list would be a wrong answer.
    /// </summary>
    public List<T> Dump<T>(INetlinkMessage message, Decoder<T> decode)
    {
        var giveUp = Environment.TickCount64 + (long)Deadline.TotalMilliseconds;
        while (Environment.TickCount64 < giveUp)
        {
            var items = new List<T>();
            if (TryDump(message, decode, items))
                return items;
        }
        throw new KernelException(message.Operation, Errno.ETIMEDOUT, "the list kept changing while it was read");
    }

    bool TryDump<T>(INetlinkMessage message, Decoder<T> decode, List<T> items)
    {
        Span<byte> buffer = stackalloc byte[BufferSize];
        var sequence = Send(NLM_F_DUMP, message);
        var isWhole = true;
        while (true)
        {
            var reader = Receive(message, buffer);
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
                        items.Add(decode(reader.Payload));
                        break;
                }
            }
        }
    }

    /// <summary>Takes what has been announced already; false when nothing was.</summary>
    internal bool DrainNotifications()
    {
        var any = false;
        while (true)
        {
            byte start;
            if (LibC.recv(_descriptor.Number, &start, 1, LibC.MSG_DONTWAIT) < 0 && Marshal.GetLastPInvokeError() is not (Errno.ENOBUFS or Errno.EINTR))
                return any;
            any = true;
        }
    }

    /// <summary>Waits for the next notification of the groups listened to; false at the deadline.</summary>
    public bool WaitForNotification(TimeSpan deadline)
    {
        SetReceiveTimeout(deadline);
        // What it says is not asked for, and what there is no room for is dropped.
        byte any;
        var count = LibC.recv(_descriptor.Number, &any, 1, 0);
        // ENOBUFS: more was announced than there was room for, so something did happen. EINTR: the caller looks again.
        return count >= 0 || Marshal.GetLastPInvokeError() is Errno.ENOBUFS or Errno.EINTR;
    }

    /// <summary>The next notifications of a type; none of it, when others came; null when some were lost, or at the deadline.</summary>
    internal List<T>? ReceiveNotifications<T>(ushort type, Decoder<T> decode, TimeSpan deadline)
    {
        SetReceiveTimeout(deadline);
        Span<byte> buffer = stackalloc byte[BufferSize];
        long count;
        fixed (byte* start = buffer)
            count = LibC.recv(_descriptor.Number, start, BufferSize, LibC.MSG_TRUNC);
        if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
            return [];
        if (count is < 0 or > BufferSize)
            return null;
        var items = new List<T>();
        var reader = new MessageReader(buffer[..(int)count]);
        while (reader.Read())
        {
            if (reader.Type == type)
                items.Add(decode(reader.Payload));
        }
        return items;
    }

    uint Send(ushort flags, params ReadOnlySpan<INetlinkMessage> messages)
    {
        var first = TakeSequences(messages.Length);
        // The writer takes more of its own when there are many.
        var writer = new MessageWriter(stackalloc byte[UsualRequestSize]);
        for (var i = 0; i < messages.Length; i++)
            Encode(ref writer, messages[i], flags, first + (uint)i);
        Send(writer.Written, messages[0]);
        return first;
    }

    /// <summary>The first of so many numbers for messages, in a row.</summary>
    internal uint TakeSequences(int count)
    {
        var first = _sequence + 1;
        _sequence += (uint)count;
        return first;
    }

    /// <param name="about">The message whose operation is named when it cannot be sent: not before, for texts cost time.</param>
    internal void Send(ReadOnlySpan<byte> request, INetlinkMessage about)
    {
        long count;
        fixed (byte* start = request)
            count = LibC.send(_descriptor.Number, start, request.Length, 0);
        if (count < 0)
            throw new KernelException(about.Operation, Marshal.GetLastPInvokeError());
    }

    /// <summary>Makes sure that so much can be sent at once. FORCE goes beyond what net.core.wmem_max allows others.</summary>
    internal void SetSendBuffer(int size)
    {
        if (LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_SNDBUFFORCE, &size, sizeof(int)) < 0)
            _ = LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_SNDBUF, &size, sizeof(int));
    }

    /// <summary>The same for what arrives: room for so many bytes of announcements.</summary>
    internal void SetReceiveBuffer(int size)
    {
        if (LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, &size, sizeof(int)) < 0)
            _ = LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_RCVBUF, &size, sizeof(int));
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

    MessageReader Receive(INetlinkMessage about, Span<byte> buffer) =>
        TryReceive(about, buffer, 0, out var reader) ? reader : throw new KernelException(about.Operation, Errno.EAGAIN);

    /// <param name="about">The message that is to be answered.</param>
    /// <param name="buffer">What the reader reads from, of <see cref="BufferSize"/>.</param>
    /// <param name="flags">MSG_DONTWAIT: only what has arrived already.</param>
    /// <returns>False when nothing arrived, until the deadline or already.</returns>
    internal bool TryReceive(INetlinkMessage about, Span<byte> buffer, int flags, out MessageReader reader)
    {
        while (true)
        {
            long count;
            fixed (byte* start = buffer)
                count = LibC.recv(_descriptor.Number, start, buffer.Length, LibC.MSG_TRUNC | flags);
            if (count > buffer.Length)
                throw new InvalidDataException($"could not {about.Operation}: an answer of {count} bytes, room for {buffer.Length}");
            reader = new MessageReader(buffer[..(int)Math.Max(0, count)]);
            if (count >= 0)
                return true;
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN)
                return false;
            if (errno != Errno.EINTR)
                throw new KernelException(about.Operation, errno);
        }
    }

    internal static KernelException? ToException(INetlinkMessage message, Acknowledgement answer) =>
        answer.Errno == 0 ? null : new KernelException(message.Operation, answer.Errno, answer.Text);

    void SetOption(int option)
    {
        var on = 1;
        // An old kernel without one of these still works, with poorer messages; nothing else depends on them.
        _ = LibC.setsockopt(_descriptor.Number, LibC.SOL_NETLINK, option, &on, sizeof(int));
    }

    void SetReceiveTimeout(TimeSpan deadline)
    {
        var value = new timeval
        {
            tv_sec = (long)deadline.TotalSeconds,
            tv_usec = (deadline.Milliseconds * 1000) + deadline.Microseconds,
        };
        KernelException.ThrowIfFailed(
            LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_RCVTIMEO, &value, (uint)sizeof(timeval)),
            "set a receive deadline");
    }

    public void Dispose() => _descriptor.Dispose();
}

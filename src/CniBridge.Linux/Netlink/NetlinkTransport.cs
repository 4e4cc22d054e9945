using System.Runtime.InteropServices;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// The datagrams of one netlink socket. It talks to the kernel only. A program with CAP_NET_ADMIN, which a pod may have in its
/// own namespace, can address every netlink socket there.
/// </summary>
sealed unsafe class NetlinkTransport : IDisposable
{
    /// <summary>The kernel answers within microseconds. A longer wait means that it is in trouble.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    readonly Descriptor _descriptor;
    readonly int _protocol;
    bool _isConnected;

    /// <summary>The observer of all datagrams; null for none. Set it before the first socket is opened.</summary>
    internal static INetlinkObserver? Observer { get; set; }

    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    /// <param name="groups">Multicast groups to listen to; 0 for a socket that only asks.</param>
    internal NetlinkTransport(int protocol, uint groups)
    {
        _protocol = protocol;
        _descriptor = Descriptor.OpenSocket(LibC.AF_NETLINK, LibC.SOCK_RAW, protocol);
        SetOption(LibC.NETLINK_EXT_ACK);
        SetOption(LibC.NETLINK_CAP_ACK);
        SetOption(LibC.NETLINK_GET_STRICT_CHK);
        SetReceiveTimeout(Deadline);
        if (groups != 0)
            Listen(groups);
    }

    internal int DescriptorNumber => _descriptor.Number;

    void Listen(uint groups)
    {
        var address = new sockaddr_nl { nl_family = LibC.AF_NETLINK, nl_groups = groups };
        KernelException.ThrowIfFailed(
            LibC.bind(_descriptor.Number, (sockaddr*)&address, (uint)sizeof(sockaddr_nl)), "listen to netlink notifications");
        Connect();
    }

    /// <summary>
    /// Connects the socket to the kernel (port ID 0), which then refuses what other programs send to it
    /// (netlink_getsockbyportid in af_netlink.c). Their messages cannot fill the receive buffer. Done only when the socket is
    /// used, because it gets a port then, and closing an nftables socket with a port may block (see NftSocket).
    /// </summary>
    void Connect()
    {
        var kernel = new sockaddr_nl { nl_family = LibC.AF_NETLINK };
        KernelException.ThrowIfFailed(
            LibC.connect(_descriptor.Number, (sockaddr*)&kernel, (uint)sizeof(sockaddr_nl)), "connect a netlink socket to the kernel");
        _isConnected = true;
        if (_protocol == LibC.NETLINK_NETFILTER)
            SlowSockets.Add(_descriptor);
    }

    /// <param name="about">The message whose operation the exception names. Its text is made only then, because it costs time.</param>
    internal void Send(ReadOnlySpan<byte> request, INetlinkMessage about)
    {
        BeginSend(request);
        ssize_t count;
        fixed (byte* start = request)
            count = LibC.send(_descriptor.Number, start, request.Length, 0);
        if (count < 0)
            throw new KernelException(about.Operation, Marshal.GetLastPInvokeError());
    }

    /// <summary>Does everything for a request but the system call itself, for a caller that lets a child send it.</summary>
    internal void BeginSend(ReadOnlySpan<byte> request)
    {
        if (!_isConnected)
            Connect();
        Observer?.Sending(_descriptor.Number, _protocol, request);
    }

    /// <summary>
    /// Receives the kernel's next datagram. One that is larger than the buffer is cut and lost, but its size is known.
    /// </summary>
    /// <param name="about">The message that is to be answered.</param>
    /// <param name="flags">MSG_DONTWAIT: only a datagram that is there already.</param>
    /// <param name="size">Bytes of the whole datagram, which may be more than the buffer has.</param>
    /// <returns>False when nothing came until the deadline, or is there already.</returns>
    internal bool TryReceive(INetlinkMessage about, Span<byte> buffer, int flags, out int size)
    {
        while (true)
        {
            if (TryReceiveOnce(buffer, flags, out size))
                return true;
            var errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EAGAIN)
                return false;
            if (errno != Errno.EINTR)
                throw new KernelException(about.Operation, errno);
        }
    }

    /// <summary>The same, but false for every error, which errno tells.</summary>
    internal bool TryReceiveOnce(Span<byte> buffer, int flags, out int size)
    {
        sockaddr_nl sender;
        do
        {
            socklen_t senderSize = (uint)sizeof(sockaddr_nl);
            fixed (byte* start = buffer)
                size = (int)LibC.recvfrom(
                    _descriptor.Number, start, buffer.Length, LibC.MSG_TRUNC | flags, (sockaddr*)&sender, &senderSize);
        }
        // A message to a multicast group, or one that came before the socket was connected, may be from another program.
        while (size >= 0 && sender.nl_pid != 0);
        if (size < 0)
            return false;
        Observer?.Received(_descriptor.Number, _protocol, buffer[..Math.Min(size, buffer.Length)], size);
        return true;
    }

    /// <summary>Makes room to send so much at once. FORCE goes beyond net.core.wmem_max, but needs CAP_NET_ADMIN.</summary>
    internal void SetSendBuffer(int size)
    {
        if (LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_SNDBUFFORCE, &size, sizeof(int)) < 0)
            _ = LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_SNDBUF, &size, sizeof(int));
    }

    /// <summary>Makes room for so many bytes that were received and not read.</summary>
    internal void SetReceiveBuffer(int size)
    {
        if (LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_RCVBUFFORCE, &size, sizeof(int)) < 0)
            _ = LibC.setsockopt(_descriptor.Number, LibC.SOL_SOCKET, LibC.SO_RCVBUF, &size, sizeof(int));
    }

    internal void SetReceiveTimeout(TimeSpan deadline)
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

    /// <summary>See <see cref="Descriptor.AttachFilter"/>.</summary>
    internal void AttachFilter(ReadOnlySpan<sock_filter> filter) => _descriptor.AttachFilter(filter);

    void SetOption(int option)
    {
        var on = 1;
        // An old kernel without one of these still works, with poorer messages; nothing else depends on them.
        _ = LibC.setsockopt(_descriptor.Number, LibC.SOL_NETLINK, option, &on, sizeof(int));
    }

    public void Dispose() => SlowSockets.Close(_descriptor);
}

namespace CniBridge.Linux.Netlink;

/// <summary>An observer of the datagrams of all netlink sockets of this process.</summary>
interface INetlinkObserver
{
    /// <summary>Runs before a datagram is sent.</summary>
    /// <param name="descriptor">The number of the socket's descriptor.</param>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    void Sending(int descriptor, int protocol, ReadOnlySpan<byte> datagram);

    /// <summary>Runs after a datagram of the kernel was received.</summary>
    /// <param name="read">The bytes that fitted into the buffer of the receiver.</param>
    /// <param name="size">The size of the whole datagram in bytes.</param>
    void Received(int descriptor, int protocol, ReadOnlySpan<byte> read, int size);
}

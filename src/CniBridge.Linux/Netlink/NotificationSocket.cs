using System.Runtime.InteropServices;

namespace CniBridge.Linux.Netlink;

/// <summary>
/// A netlink socket that listens to what the kernel announces in the network namespace that the calling thread is in when the
/// socket is opened.
/// </summary>
/// <param name="groups">RTMGRP_LINK, …: the multicast groups to listen to.</param>
sealed class NotificationSocket(uint groups) : IDisposable
{
    readonly NetlinkTransport _transport = new(LibC.NETLINK_ROUTE, groups);

    /// <summary>See <see cref="NetlinkTransport.SetReceiveBuffer"/>.</summary>
    internal void SetReceiveBuffer(int size) => _transport.SetReceiveBuffer(size);

    /// <summary>Drops the notifications that have arrived.</summary>
    internal void Drain()
    {
        Span<byte> any = stackalloc byte[1];
        while (_transport.TryReceiveOnce(any, LibC.MSG_DONTWAIT, out _) || Marshal.GetLastPInvokeError() is Errno.ENOBUFS or Errno.EINTR)
        {
        }
    }

    /// <summary>Waits for the next notification of the groups, and drops it; false at the deadline.</summary>
    internal bool Wait(TimeSpan deadline)
    {
        _transport.SetReceiveTimeout(deadline);
        Span<byte> any = stackalloc byte[1];
        // ENOBUFS: the kernel had more to announce than there was room for. EINTR: the caller looks again.
        return _transport.TryReceiveOnce(any, 0, out _) || Marshal.GetLastPInvokeError() is Errno.ENOBUFS or Errno.EINTR;
    }

    /// <summary>Receives the next notifications of a type.</summary>
    /// <returns>An empty list when others came; null when some were lost, or at the deadline.</returns>
    internal List<T>? Receive<T>(ushort type, NetlinkSocket.Decoder<T> decode, TimeSpan deadline)
    {
        _transport.SetReceiveTimeout(deadline);
        Span<byte> buffer = stackalloc byte[NetlinkSocket.BufferSize];
        if (!_transport.TryReceiveOnce(buffer, 0, out var size))
            return Marshal.GetLastPInvokeError() == Errno.EINTR ? [] : null;
        if (size > buffer.Length)
            return null;
        var items = new List<T>();
        var reader = new MessageReader(buffer[..size]);
        while (reader.Read())
        {
            if (reader.Type == type)
                items.Add(decode(reader.Payload));
        }
        return items;
    }

    public void Dispose() => _transport.Dispose();
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// A watch that reports changes of routes, links and addresses of both families in the namespace of the thread that opened it. It
/// does not report what changed; the caller reads the state again.
/// </summary>
public sealed class NetworkWatch : IDisposable
{
    /// <summary>Room for some thousand notifications, in bytes. Drops notifications that do not fit and reports the loss.</summary>
    const int ReceiveBuffer = 1024 * 1024;

    readonly NotificationSocket _notifications = new(
        RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);

    public NetworkWatch() => _notifications.SetReceiveBuffer(ReceiveBuffer);

    /// <summary>
    /// Waits until something has changed since the last call, and reads all pending notifications: a thousand changes at once are
    /// reported once.
    /// </summary>
    /// <returns>False at the deadline.</returns>
    public bool Wait(TimeSpan deadline)
    {
        if (!_notifications.Wait(deadline))
            return false;
        _notifications.Drain();
        return true;
    }

    public void Dispose() => _notifications.Dispose();
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>
/// Tells that something changed that routes depend on: routes, links and addresses, of both families, in the namespace of the
/// thread that opened it. Not what changed: whoever wants to know looks.
/// </summary>
public sealed class NetworkWatch : IDisposable
{
    /// <summary>Some thousand announcements. What does not fit is lost, and that something was lost is told.</summary>
    const int ReceiveBuffer = 1024 * 1024;

    readonly NotificationSocket _notifications = new(
        RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE);

    public NetworkWatch() => _notifications.SetReceiveBuffer(ReceiveBuffer);

    /// <summary>
    /// Waits until something changed since the last time it said so, and takes all that was announced by then: a thousand
    /// changes at once are one.
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

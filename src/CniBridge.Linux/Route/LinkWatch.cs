using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>Waits for a condition that changes with the kernel's notifications: no sleep, no polling.</summary>
public sealed class LinkWatch : IDisposable
{
    readonly NetlinkSocket _notifications;

    LinkWatch(uint groups) => _notifications = new NetlinkSocket(groups);

    /// <summary>Wakes up when a link of the calling thread's namespace changes.</summary>
    public static LinkWatch OfLinks() => new(RTMGRP_LINK);

    /// <summary>Wakes up when an IPv6 address of the calling thread's namespace changes.</summary>
    public static LinkWatch OfIPv6Addresses() => new(RTMGRP_IPV6_IFADDR);

    /// <summary>Returns true as soon as the condition holds, false if it does not until the deadline.</summary>
    public bool WaitUntil(Func<bool> condition, TimeSpan deadline)
    {
        var giveUp = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (!condition())
        {
            var left = giveUp - Environment.TickCount64;
            if (left <= 0 || !_notifications.WaitForNotification(TimeSpan.FromMilliseconds(left)))
                return condition();
        }
        return true;
    }

    public void Dispose() => _notifications.Dispose();
}

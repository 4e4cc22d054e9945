using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>A wait for a condition that changes with the kernel's notifications, without sleeping or polling.</summary>
public sealed class LinkWatch : IDisposable
{
    readonly NotificationSocket _notifications;

    LinkWatch(uint groups) => _notifications = new NotificationSocket(groups);

    /// <summary>Creates a watch that wakes up when a link of the calling thread's namespace changes.</summary>
    public static LinkWatch OfLinks() => new(RTMGRP_LINK);

    /// <summary>Creates a watch that wakes up when an IPv6 address of the calling thread's namespace changes.</summary>
    public static LinkWatch OfIPv6Addresses() => new(RTMGRP_IPV6_IFADDR);

    /// <summary>Creates a watch that wakes up when an IPv6 route of the calling thread's namespace changes.</summary>
    public static LinkWatch OfIPv6Routes() => new(RTMGRP_IPV6_ROUTE);

    /// <summary>
    /// Waits until the namespace accepts packets to IPv6 addresses that were added after this watch of routes was opened. A worker of
    /// the kernel adds their local routes (addrconf_dad_work) after the addresses have been acknowledged.
    /// </summary>
    /// <returns>False if an address is not accepted before the deadline.</returns>
    public bool WaitUntilTaken(IReadOnlyList<IpAddress> addresses, RouteSocket socket, TimeSpan deadline) => WaitUntil(() =>
    {
        foreach (var address in addresses)
        {
            if (address.IsV6 && socket.TryGetRoute(address)?.IsLocal != true)
                return false;
        }
        return true;
    }, deadline);

    /// <summary>Returns true as soon as the condition holds, and false at the deadline.</summary>
    public bool WaitUntil(Func<bool> condition, TimeSpan deadline)
    {
        var giveUp = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (!condition())
        {
            var left = giveUp - Environment.TickCount64;
            if (left <= 0 || !_notifications.Wait(TimeSpan.FromMilliseconds(left)))
                return condition();
        }
        return true;
    }

    /// <summary>
    /// Waits for links that get their carrier after this watch was opened. It reads notifications only, because a request for a link
    /// takes the lock that the kernel needs to bring the link up.
    /// </summary>
    /// <returns>False if a link is not operational before the deadline.</returns>
    public bool WaitUntilOperational(IEnumerable<int> indexes, RouteSocket socket, TimeSpan deadline)
    {
        var waiting = indexes.ToList();
        var giveUp = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (waiting.Count > 0)
        {
            var left = giveUp - Environment.TickCount64;
            var links = left > 0 ? _notifications.Receive(RTM_NEWLINK, Link.Decode, TimeSpan.FromMilliseconds(left)) : null;
            foreach (var link in links ?? [])
            {
                if (link.IsOperational)
                    waiting.Remove(link.Index);
            }
            // Notifications were lost, or no more arrive.
            if (links is null)
                Look(waiting, socket);
            if (left <= 0)
                break;
        }
        return waiting.Count == 0;
    }

    /// <summary>
    /// Asks for the links, after it has read all pending notifications. After a notification was lost, the kernel drops all others
    /// until the socket has been read empty (NETLINK_S_CONGESTED in af_netlink.c). With the queue empty first, every change after
    /// the request is announced again.
    /// </summary>
    void Look(List<int> waiting, RouteSocket socket)
    {
        _notifications.Drain();
        waiting.RemoveAll(index => socket.TryGetLink(index)?.IsOperational == true);
    }

    public void Dispose() => _notifications.Dispose();
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>Waits for a condition that changes with the kernel's notifications: no sleep, no polling.</summary>
public sealed class LinkWatch : IDisposable
{
    readonly NotificationSocket _notifications;

    LinkWatch(uint groups) => _notifications = new NotificationSocket(groups);

    /// <summary>Wakes up when a link of the calling thread's namespace changes.</summary>
    public static LinkWatch OfLinks() => new(RTMGRP_LINK);

    /// <summary>Wakes up when an IPv6 address of the calling thread's namespace changes.</summary>
    public static LinkWatch OfIPv6Addresses() => new(RTMGRP_IPV6_IFADDR);

    /// <summary>Wakes up when an IPv6 route of the calling thread's namespace changes.</summary>
    public static LinkWatch OfIPv6Routes() => new(RTMGRP_IPV6_ROUTE);

    /// <summary>
    /// Waits until the namespace takes packets to IPv6 addresses that it was given after this watch of routes was opened: their
    /// local routes come from a worker of the kernel (addrconf_dad_work), after the addresses have been acknowledged.
    /// </summary>
    /// <returns>False if one of them is not taken until the deadline.</returns>
    public bool WaitUntilTaken(IReadOnlyList<IpAddress> addresses, RouteSocket socket, TimeSpan deadline) => WaitUntil(() =>
    {
        foreach (var address in addresses)
        {
            if (address.IsV6 && socket.TryGetRoute(address)?.IsLocal != true)
                return false;
        }
        return true;
    }, deadline);

    /// <summary>Returns true as soon as the condition holds, false if it does not until the deadline.</summary>
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
    /// Waits for links that get their carrier after this watch was opened. Goes by what is announced: to ask for a link takes
    /// the lock that the kernel needs to bring it up.
    /// </summary>
    /// <returns>False if one of them is not operational until the deadline.</returns>
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
            // More was announced than there was room for, or nothing any more.
            if (links is null)
                Look(waiting, socket);
            if (left <= 0)
                break;
        }
        return waiting.Count == 0;
    }

    /// <summary>
    /// From the first announcement that finds no room on, the kernel drops all until the socket was read empty
    /// (NETLINK_S_CONGESTED in af_netlink.c), and says so once: what is left is read first, so that whatever changes after the
    /// look is announced again.
    /// </summary>
    void Look(List<int> waiting, RouteSocket socket)
    {
        _notifications.Drain();
        waiting.RemoveAll(index => socket.TryGetLink(index)?.IsOperational == true);
    }

    public void Dispose() => _notifications.Dispose();
}

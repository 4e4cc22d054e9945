using System.Diagnostics;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Packets;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Cluster.Probes;

/// <summary>
/// The search for next hops that do not answer. A neighbour that the kernel has confirmed in the last seconds is not asked. The others get
/// an ARP request or a neighbour solicitation, and a second one after half of the time.
/// </summary>
public sealed class NextHopProbe(RouteSocket socket)
{
    /// <summary>The usual time for an answer. A neighbour answers within milliseconds.</summary>
    public static readonly TimeSpan UsualDeadline = TimeSpan.FromSeconds(1);

    /// <summary>The most solicitations that are sent at once, because a link or a switch drops longer bursts.</summary>
    const int MaxAtOnce = 256;

    /// <summary>Returns the addresses that do not answer.</summary>
    /// <exception cref="CniBridge.Linux.KernelException">The process lacks CAP_NET_RAW.</exception>
    public IReadOnlySet<IpAddress> FindSilent(IEnumerable<NextHop> hops, TimeSpan deadline)
    {
        var silent = new HashSet<IpAddress>();
        foreach (var link in hops.Distinct().Where(hop => !IsConfirmed(hop)).GroupBy(hop => (hop.Index, hop.Address.Family)))
        {
            foreach (var group in link.Select(hop => hop.Address).Chunk(MaxAtOnce))
                silent.UnionWith(FindSilent(link.Key.Index, group, deadline));
        }
        return silent;
    }

    bool IsConfirmed(NextHop hop) => socket.TryGetNeighbour(hop.Index, hop.Address) is { IsConfirmed: true };

    HashSet<IpAddress> FindSilent(int index, IpAddress[] hosts, TimeSpan deadline)
    {
        // Links without addresses of their own, such as tunnels, ask no neighbours.
        if (socket.TryGetLink(index) is not { HasNeighbours: true } link || FindSource(index, hosts[0]) is not { } source)
            return [];
        using var solicitor = new NeighbourSolicitor(link, source);
        var left = new HashSet<IpAddress>(hosts);
        for (var round = 0; round < 2 && left.Count > 0; round++)
        {
            foreach (var host in left)
                solicitor.Ask(host);
            var start = Stopwatch.GetTimestamp();
            while (left.Count > 0 && deadline / 2 - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } rest)
            {
                solicitor.Wait(rest);
                solicitor.RemoveAnswered(left);
            }
        }
        return left;
    }

    /// <summary>Returns an address of the link, if possible one in the subnet of the host.</summary>
    IpAddress? FindSource(int index, IpAddress host)
    {
        var own = socket.ListAddresses(index, address => address.Cidr.Address.Family == host.Family && !address.IsTentative);
        return (own.Find(address => address.Cidr.Contains(host)) ?? own.FirstOrDefault())?.Cidr.Address;
    }
}

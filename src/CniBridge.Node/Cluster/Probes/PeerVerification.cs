using CniBridge.Linux.Addresses;
using CniBridge.Linux.Packets;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Routes;

namespace CniBridge.Node.Cluster.Probes;

/// <summary>The test of the path to each other node: next hop, gateway address of its pods, round-trip time and path MTU.</summary>
public sealed class PeerVerification(RouteSocket socket)
{
    /// <summary>The most pings that are sent at once.</summary>
    const int MaxAtOnce = 128;

    /// <summary>The size in bytes of the first ping: the usual one of ping(8).</summary>
    const int SmallSize = 84;

    static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(1);

    /// <summary>Usual path MTUs: jumbo frames, Ethernet, and Ethernet with tunnels (PPPoE, GRE, VXLAN, WireGuard, IPsec).</summary>
    static readonly int[] s_sizes =
        [9000, 8950, 8000, 4000, 1500, 1492, 1480, 1476, 1472, 1462, 1450, 1440, 1430, 1420, 1412, 1400, 1380, 1350, 1300, 1280, 1006, 576];

    /// <summary>Tests all routes of a report. The steps that would create routes count, too.</summary>
    public IReadOnlyList<PeerState> Run(RouteReport report)
    {
        var peers = report.Wanted.Select(route => Find(route, report)).ToList();
        var hops = report.Kept.Concat(report.Changes).Where(step => step.Gateway is not null && step.Index > 0)
            .Select(step => new NextHop(step.Gateway!, step.Index));
        var silent = new NextHopProbe(socket).FindSilent(hops, s_deadline);
        var states = new List<PeerState>();
        foreach (var group in peers.Chunk(MaxAtOnce))
            states.AddRange(Ping(group, silent));
        return states;
    }

    static PeerState Find(WantedRoute route, RouteReport report)
    {
        var step = report.Kept.Concat(report.Changes).FirstOrDefault(
            step => step.Destination == route.Destination && step.Action != RouteAction.Remove && step.Index > 0);
        return new PeerState(route.Node, route.Destination, step?.Gateway ?? route.NextHop, step?.Link ?? "");
    }

    static IEnumerable<PeerState> Ping(PeerState[] peers, IReadOnlySet<IpAddress> silent)
    {
        var gateways = Array.ConvertAll(peers, peer => new Echo(peer.PodGateway, SmallSize));
        var hops = Array.ConvertAll(peers, peer => new Echo(peer.NextHop, SmallSize));
        Run([.. gateways, .. hops]);
        var targets = new IpAddress?[peers.Length];
        for (var i = 0; i < peers.Length; i++)
            targets[i] = gateways[i].RoundTrip is not null ? gateways[i].Target : hops[i].RoundTrip is not null ? hops[i].Target : null;
        var sizes = targets.OfType<IpAddress>().Distinct().SelectMany(target => s_sizes.Select(size => new Echo(target, size))).ToList();
        Run(sizes);
        for (var i = 0; i < peers.Length; i++)
        {
            var target = targets[i];
            yield return peers[i] with
            {
                Answers = hops[i].RoundTrip is not null || (peers[i].IsOnLink && !silent.Contains(peers[i].NextHop)),
                PodGatewayAnswers = gateways[i].RoundTrip is not null,
                RoundTrip = gateways[i].RoundTrip ?? hops[i].RoundTrip,
                PathMtu = sizes.Where(echo => echo.Target == target && echo.RoundTrip is not null).Select(echo => (int?)echo.Size).Max(),
            };
        }
    }

    static void Run(IReadOnlyList<Echo> echoes)
    {
        foreach (var family in AddressFamilies.All)
        {
            var own = echoes.Where(echo => echo.Target.Family == family).ToList();
            if (own.Count == 0)
                continue;
            using var echo = new EchoSocket(family);
            echo.Run(own, s_deadline);
        }
    }
}

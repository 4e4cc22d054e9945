using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Firewall;

namespace CniBridge.Node.Firewall;

/// <summary>A chain that is certain to drop traffic of pods.</summary>
/// <param name="What">The traffic, the chain and its rules, in one sentence.</param>
/// <param name="Remedy">Shell commands that let the chain accept the traffic.</param>
/// <param name="IsLegacy">True for a chain of iptables-legacy.</param>
public sealed record TrafficDrop(string What, string Remedy, bool IsLegacy);

/// <summary>Finds chains of all programs that are certain to drop traffic of pods. It reads the chains once and changes nothing.</summary>
/// <param name="links">A socket of the node's namespace.</param>
public sealed class TrafficSurvey(RouteSocket links, NftSocket socket)
{
    readonly ForwardChains _chains = new(socket);

    /// <summary>Returns the chains that drop traffic between a pod and the outside, the node, or clients of host ports.</summary>
    /// <param name="gateway">The link with the pod's gateway address.</param>
    /// <param name="isKnownOutside">Whether hosts outside may connect to the pod's address.</param>
    /// <param name="hasHostPorts">Whether host ports lead to pods of the network.</param>
    public IReadOnlyList<TrafficDrop> Find(Link gateway, IpAddress pod, bool isKnownOutside, bool hasHostPorts)
    {
        var uplink = Uplink.Find(links, pod.Family);
        var kinds = new List<TrafficKind>();
        // With the outside world on the bridge, the node does not forward its traffic.
        if (uplink?.Index != gateway.Index)
        {
            kinds.AddRange([TrafficKind.PodToOutside, TrafficKind.ReplyToPod]);
            if (isKnownOutside)
                kinds.AddRange([TrafficKind.OutsideToPod, TrafficKind.ReplyOfPod]);
            if (hasHostPorts)
                kinds.AddRange([TrafficKind.HostPort, TrafficKind.ReplyOfHostPort]);
        }
        kinds.AddRange([TrafficKind.NodeToPod, TrafficKind.ReplyToNode]);
        return Find(kinds.ConvertAll(kind => new ForwardPath(pod, gateway, uplink, kind)));
    }

    /// <summary>
    /// Returns the chains that drop traffic with the pods of another node. Chains that drop all traffic with the outside are left out.
    /// </summary>
    /// <param name="peers">The pod CIDR of the other node.</param>
    /// <param name="uplink">The link of the route to the other node.</param>
    public IReadOnlyList<TrafficDrop> FindWithPeers(Link gateway, IpAddress pod, Cidr peers, Link uplink)
    {
        TrafficKind[] kinds = [TrafficKind.PodToOutside, TrafficKind.ReplyToPod, TrafficKind.OutsideToPod, TrafficKind.ReplyOfPod];
        var isKnown = kinds.Select(kind => new ForwardPath(pod, gateway, Uplink.Find(links, pod.Family), kind))
            .SelectMany(_chains.FindAll).Select(static obstacle => obstacle.Place).ToHashSet();
        var paths = kinds.Select(kind => new ForwardPath(pod, gateway, uplink, kind) { Peers = peers }).ToList();
        return Find(paths, obstacle => !isKnown.Contains(obstacle.Place));
    }

    /// <summary>Returns the chains that drop traffic between two pods of a bridge while bridge netfilter is on.</summary>
    public IReadOnlyList<TrafficDrop> FindBetweenPods(Link gateway, IpAddress pod) =>
        Find([new ForwardPath(pod, gateway, gateway, TrafficKind.BetweenPods)]);

    List<TrafficDrop> Find(List<ForwardPath> paths, Func<ForwardObstacle, bool>? isReported = null)
    {
        var chains = new Dictionary<(TableFamily, string, string, bool), List<ForwardObstacle>>();
        foreach (var path in paths)
        {
            foreach (var obstacle in _chains.FindAll(path))
            {
                if (isReported?.Invoke(obstacle) == false)
                    continue;
                var key = (obstacle.Chain.Family, obstacle.Chain.Table, obstacle.Chain.Name, obstacle.IsLegacy);
                if (!chains.TryGetValue(key, out var obstacles))
                    chains[key] = obstacles = [];
                obstacles.Add(obstacle);
            }
        }
        var drops = new List<TrafficDrop>();
        foreach (var obstacles in chains.Values)
            drops.Add(new TrafficDrop(Describe(obstacles), RemedyOf(obstacles), obstacles[0].IsLegacy));
        return drops;
    }

    /// <summary>Returns a sentence about all traffic that a chain drops. A place follows where it differs from the one before.</summary>
    static string Describe(List<ForwardObstacle> obstacles)
    {
        var text = obstacles[0].Message;
        for (var i = 1; i < obstacles.Count; i++)
        {
            text += (i == 1 ? "; also " : ", ") + obstacles[i].Path;
            if (obstacles[i].Place != obstacles[i - 1].Place)
                text += $" ({obstacles[i].Place})";
        }
        return text;
    }

    /// <summary>Returns the commands for all traffic that a chain drops.</summary>
    static string RemedyOf(List<ForwardObstacle> obstacles)
    {
        var widest = obstacles.Find(static obstacle => obstacle.Path.Kind == TrafficKind.OutsideToPod) ?? obstacles[0];
        var rule = obstacles.Find(static obstacle => obstacle.Rule is not null)?.Rule;
        return (widest with { Rule = rule }).Remedy;
    }
}

using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route;
using CniBridge.Node.Firewall;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection.Snapshots;

/// <summary>The pod network of this node: the state of the kernel, and the recorded names and host ports of the pods.</summary>
public sealed record NodeSnapshot
{
    public required string Name { get; init; }

    /// <summary>The bridges in the order of their creation.</summary>
    public required IReadOnlyList<BridgeSnapshot> Bridges { get; init; }

    /// <summary>The routes to pods of other nodes, recognized by the protocol number of cni-bridge.</summary>
    public required IReadOnlyList<PeerRoute> Routes { get; init; }

    /// <summary>Descriptions of the rules that running pods are missing; null if nftables could not be read.</summary>
    public required IReadOnlyList<string>? LostRules { get; init; }

    /// <summary>Reads the current state of this node.</summary>
    /// <param name="configured">The names of bridges to include even if they have no pods of cni-bridge.</param>
    public static NodeSnapshot Take(IReadOnlyCollection<string> configured, string stateDirectory)
    {
        using var socket = new RouteSocket();
        var pods = PodInterfaces.List();
        var origins = PodRecords.ReadOrigins(stateDirectory);
        var ports = PodRecords.ReadPorts();
        var bridges = new List<BridgeSnapshot>();
        foreach (var bridge in socket.ListLinks("bridge"))
        {
            PodSnapshot[] own =
                [.. pods.Where(pod => pod.Host.Master == bridge.Index).Select(pod => PodSnapshot.Create(pod, origins, ports))];
            if (configured.Contains(bridge.Name) || Array.Exists(own, pod => pod.Interface.Attachment is not null))
                bridges.Add(BridgeSnapshot.Create(bridge, own, socket));
        }
        return new NodeSnapshot
        {
            Name = Sysctl.TryRead("kernel/hostname") ?? "",
            Bridges = bridges,
            Routes = PeerRoute.List(socket),
            LostRules = TryFindLostRules(socket),
        };
    }

    static List<string>? TryFindLostRules(RouteSocket links)
    {
        try
        {
            using var rules = new FirewallSurvey(links);
            return
            [
                .. rules.FindLostMasquerades().Select(what => $"masquerade rules of {what}"),
                .. rules.FindLostGuards().Select(what => $"macspoofchk rules of {what}"),
                .. rules.FindLostPorts(),
            ];
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            return null;
        }
    }
}

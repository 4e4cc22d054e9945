using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection;

/// <summary>The pod network of this node as the kernel has it, with what our notes say of the pods.</summary>
public sealed record NodePicture
{
    public required string Name { get; init; }

    /// <summary>In order of their making.</summary>
    public required IReadOnlyList<BridgePicture> Bridges { get; init; }

    /// <summary>Routes to other nodes' pods: those that carry our protocol number.</summary>
    public required IReadOnlyList<RoutePicture> Routes { get; init; }

    /// <summary>Rules of ours that running pods lack, in words; null: nftables could not be asked.</summary>
    public required IReadOnlyList<string>? LostRules { get; init; }

    /// <param name="configured">Names of bridges that belong to it though no pod of ours is on them.</param>
    public static NodePicture Take(IReadOnlyCollection<string> configured, string stateDirectory)
    {
        using var socket = new RouteSocket();
        var pods = PodInterfaces.List();
        var origins = PodRecords.ReadOrigins(stateDirectory);
        var ports = PodRecords.ReadPorts();
        var bridges = new List<BridgePicture>();
        foreach (var bridge in socket.ListLinks("bridge"))
        {
            PodPicture[] own = [.. pods.Where(pod => pod.Host.Master == bridge.Index).Select(pod => PodPicture.Of(pod, origins, ports))];
            if (configured.Contains(bridge.Name) || Array.Exists(own, pod => pod.Interface.Attachment is not null))
                bridges.Add(BridgePicture.Of(bridge, own, socket));
        }
        return new NodePicture
        {
            Name = Sysctl.TryRead("kernel/hostname") ?? "",
            Bridges = bridges,
            Routes = RoutePicture.List(socket),
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
                .. rules.FindLostMasquerades().Select(what => $"masquerading of {what}"),
                .. rules.FindLostGuards().Select(what => $"macspoofchk of {what}"),
                .. rules.FindLostPorts(),
            ];
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            return null;
        }
    }
}

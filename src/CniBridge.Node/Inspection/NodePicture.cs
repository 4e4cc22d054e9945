using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.HostLocal;
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A bridge with its ports.</summary>
/// <param name="OtherPorts">Names of ports that are no pod's.</param>
public sealed record BridgePicture(Link Link, IReadOnlyList<Cidr> Addresses, IReadOnlyList<PodPicture> Pods, IReadOnlyList<string> OtherPorts)
{
    /// <summary>BR_MAX_PORTS of net/bridge/br_private.h, without 0.</summary>
    public const int MaxPorts = 1023;

    public int PortCount => Pods.Count + OtherPorts.Count;

    internal static BridgePicture Of(Link bridge, PodPicture[] pods, RouteSocket socket)
    {
        var others = new List<string>();
        foreach (var port in socket.ListPorts(bridge.Index))
        {
            if (!Array.Exists(pods, pod => pod.Interface.Host.Index == port.Index))
                others.Add(port.Name);
        }
        return new BridgePicture(bridge, PodInterfaces.GlobalAddresses(socket.ListAddresses(bridge.Index)), pods, others);
    }
}

/// <summary>A pod's interface, and what is known of the pod.</summary>
/// <param name="Origin">Null: nothing is recorded.</param>
public sealed record PodPicture(PodInterface Interface, AttachmentOrigin? Origin, IReadOnlyList<HostPort> Ports)
{
    /// <summary>NAMESPACE/NAME where the runtime told it, else the container, else the link.</summary>
    public string Name => Origin?.Pod is { Length: > 0 } pod ? pod : Interface.Attachment?.ContainerId ?? Interface.Host.Name;

    /// <summary>The path that the runtime gave, if the namespace is still there; else where it was found.</summary>
    public string Netns => Origin is not null && Origin.NetnsId == Interface.Namespace?.Identity ? Origin.Netns : Interface.Namespace?.Path ?? "";

    internal static PodPicture Of(
        PodInterface pod, IReadOnlyDictionary<Plugins.Attachment, AttachmentOrigin> origins,
        IReadOnlyDictionary<Plugins.Attachment, IReadOnlyList<HostPort>> ports) => pod.Attachment is null
            ? new PodPicture(pod, null, [])
            : new PodPicture(pod, origins.GetValueOrDefault(pod.Attachment), ports.GetValueOrDefault(pod.Attachment, []));

    /// <summary>Is it what a person calls so: a name of Kubernetes or its last part, the beginning of a container ID, an address, a link?</summary>
    public bool IsCalled(string name) =>
        Name == name || Name.EndsWith("/" + name, StringComparison.Ordinal) || Interface.Host.Name == name ||
        (name.Length > 0 && Interface.Attachment?.ContainerId.StartsWith(name, StringComparison.Ordinal) == true) ||
        (IpAddress.TryParse(name, out var address) && Interface.Addresses.Any(cidr => cidr.Address == address));
}

/// <summary>A route to another node's pods.</summary>
/// <param name="Link">Empty where its link is gone.</param>
public sealed record RoutePicture(Cidr Destination, IpAddress? Gateway, string Link)
{
    internal static List<RoutePicture> List(RouteSocket socket)
    {
        var routes = new List<RoutePicture>();
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var route in socket.ListRoutes(isV6))
            {
                if (ClusterRoute.IsOurs(route))
                {
                    routes.Add(new RoutePicture(
                        route.Destination, route.Gateways is [var gateway, ..] ? gateway : null,
                        route.Links is [var link, ..] ? socket.TryGetName(link) ?? "" : ""));
                }
            }
        }
        return routes;
    }
}

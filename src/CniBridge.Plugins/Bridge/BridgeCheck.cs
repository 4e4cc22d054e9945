using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Bridge;

/// <summary>CHECK: compares the attachment with the previous result. Changes nothing.</summary>
sealed class BridgeCheck(CniRequest request, BridgeConfig config, IAddressManager? addresses, INodeNetwork node)
{
    readonly string _interfaceName = request.Environment.InterfaceName;

    internal void Run()
    {
        using var pod = request.OpenNamespace();
        addresses?.Check();
        var previous = CniResultReader.ReadPrevious(request.Config) ?? throw Failure("Required prevResult missing");
        var bridge = CheckBridge(previous);
        var inside = CheckPodLink(previous, pod);
        var host = FindHostLink(previous, bridge, inside.Link);
        CheckAddresses(previous, inside);
        CheckRoutes(previous, inside);
        var settings = new SettingsCheck(config, node);
        settings.CheckLinks(bridge, host, inside.Link);
        if (addresses is not null)
            settings.CheckGateways(bridge, previous);
        if (config.Masquerades)
            CheckMasquerade(previous);
        if (config.ChecksMacSpoofing)
            CheckGuard(host, inside.Link);
    }

    void CheckGuard(Link host, Link pod)
    {
        if (node.Firewall.FindMissingGuard(new SpoofGuard(RecordOwner.From(request), host.Name, pod.Mac)) is { } missing)
            throw Failure($"Frames of the port {host.Name} with a source MAC other than {pod.Mac} are not dropped: no {missing}");
    }

    void CheckMasquerade(CniResult previous)
    {
        var pools = addresses!.Pools;
        foreach (var family in NetworkMasquerade.Create(request.NetworkName, pools, config.NotMasqueraded, previous.Ips))
        {
            if (!node.Firewall.HasMasquerade(family))
                throw Failure($"The network {request.NetworkName} is not masqueraded: missing or incomplete chain {family.Chain}");
        }
    }

    Link CheckBridge(CniResult previous)
    {
        var entry = previous.Interfaces.LastOrDefault(item => item.Name == config.Bridge)
            ?? throw Failure($"Interface name {config.Bridge} is missing in prevResult");
        var bridge = node.FindLink(entry.Name) ?? throw Failure($"Interface name {entry.Name} not found");
        if (entry.Sandbox.Length > 0)
            throw Failure($"prevResult has the bridge {entry.Name} in a sandbox: {entry.Sandbox}");
        if (bridge.Kind != "bridge")
            throw Failure($"Interface {entry.Name} is not a bridge");
        CheckMac(entry, bridge);
        if (bridge.IsPromiscuous != config.IsPromiscuous)
        {
            throw Failure($"Bridge interface {entry.Name} configured Promisc Mode {config.IsPromiscuous} " +
                $"doesn't match current state: {bridge.IsPromiscuous}");
        }
        return bridge;
    }

    ContainerInterface CheckPodLink(CniResult previous, NetworkNamespace pod)
    {
        var entry = previous.Interfaces.FirstOrDefault(item => item.Name == _interfaceName && item.Sandbox.Length > 0)
            ?? throw Failure($"Interface name {_interfaceName} is missing in prevResult");
        if (!IsSameNamespace(entry.Sandbox, pod))
            throw Failure($"Sandbox in prevResult {entry.Sandbox} doesn't match configured netns: {pod.Path}");
        var inside = node.ContainerLinks.Inspect(pod, _interfaceName, FindWanted(previous))
            ?? throw Failure($"Interface name {_interfaceName} not found in {pod.Path}");
        if (inside.Link.Kind != "veth")
            throw Failure($"Container interface {_interfaceName} not of type veth");
        CheckMac(entry, inside.Link);
        return inside;
    }

    /// <summary>Returns the addresses, and the destinations of routes, that the pod must have. It may have a million others.</summary>
    static HashSet<Cidr> FindWanted(CniResult previous)
    {
        var wanted = new HashSet<Cidr>();
        foreach (var ip in previous.Ips)
        {
            wanted.Add(ip.Address);
            wanted.Add(new Cidr(ip.Address.Network, ip.Address.PrefixLength));
        }
        foreach (var route in previous.Routes)
            wanted.Add(new Cidr(route.Destination.Network, route.Destination.PrefixLength));
        return wanted;
    }

    /// <summary>Compares by device and inode: /run/netns/x and /var/run/netns/x are the same namespace.</summary>
    static bool IsSameNamespace(string path, NetworkNamespace pod)
    {
        if (path == pod.Path)
            return true;
        using var other = NetworkNamespace.TryOpen(path);
        return other is not null && other.GetIdentity() == pod.GetIdentity();
    }

    Link FindHostLink(CniResult previous, Link bridge, Link inside)
    {
        foreach (var entry in previous.Interfaces.Where(item => item.Sandbox.Length == 0 && item.Name != config.Bridge))
        {
            var link = node.FindLink(entry.Name) ?? throw Failure($"Interface name {entry.Name} not found");
            var isPeer = link.Kind == "veth" && link.PeerIndex == inside.Index && inside.PeerIndex == link.Index;
            if (!isPeer || link.Master != bridge.Index)
                continue;
            CheckMac(entry, link);
            return link;
        }
        throw Failure($"CNI veth created for bridge {config.Bridge} was not found");
    }

    void CheckAddresses(CniResult previous, ContainerInterface inside)
    {
        foreach (var ip in previous.Ips)
        {
            if (!inside.Addresses.Contains(ip.Address))
                throw Failure($"Failed to match addr {ip.Address} on interface {_interfaceName}");
            var connected = new Cidr(ip.Address.Network, ip.Address.PrefixLength);
            if (ip.Address.PrefixLength < ip.Address.Address.Bits && !inside.Routes.Any(route => route.Destination == connected))
                throw Failure($"Failed to find the connected route of {ip.Address}");
        }
    }

    /// <summary>Looks for the routes of the main table; routes of other tables are not checked.</summary>
    static void CheckRoutes(CniResult previous, ContainerInterface inside)
    {
        const uint MainTable = 254;
        foreach (var route in previous.Routes.Where(route => route.Table is null or 0 or MainTable))
        {
            var destination = new Cidr(route.Destination.Network, route.Destination.PrefixLength);
            var isThere = inside.Routes.Any(present => present.Destination == destination &&
                (route.Gateway is not { } gateway || present.Gateways.Contains(gateway)));
            if (!isThere)
            {
                throw Failure($"Expected Route {route.Destination} via {route.Gateway?.ToString() ?? "any gateway"} " +
                    "not found in routing table");
            }
        }
    }

    static void CheckMac(CniInterface entry, Link link)
    {
        if (entry.Mac.Length > 0 && !(MacAddress.TryParse(entry.Mac, out var mac) && mac == link.Mac))
            throw Failure($"Interface {entry.Name} Mac {link.Mac} doesn't match prevResult Mac: {entry.Mac}");
    }

    internal static CniException Failure(string why) => new(CniErrorCode.Internal, why);
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>The node's side of <see cref="INodeNetwork"/>, on the kernel; the pod's side is <see cref="PodNetwork"/>.</summary>
sealed class NodeNetwork(TextWriter log) : INodeNetwork
{
    static readonly TimeSpan s_portDeadline = TimeSpan.FromSeconds(3);

    readonly RouteSocket _socket = new();

    public Link? FindBridge(string name)
    {
        var link = _socket.TryGetLink(name);
        if (link is null || link.Kind == "bridge")
            return link;
        throw new CniException(CniErrorCode.InvalidConfig,
            $"failed to create bridge \"{name}\": \"{name}\" already exists but is not a bridge",
            link.Kind.Length > 0 ? $"it is a link of kind {link.Kind}" : "it is a device of the node");
    }

    public Link CreateBridge(BridgeConfig config)
    {
        _socket.TryCreateBridge(config.Bridge, MacAddress.Random(), config.Mtu);
        return FindBridge(config.Bridge) ?? throw new KernelException($"look up the bridge {config.Bridge}", Errno.ENODEV);
    }

    public void PrepareBridge(Link bridge, BridgeConfig config)
    {
        var needsPromiscuity = config.Promiscuous && !bridge.IsPromiscuous;
        if (!bridge.IsUp || needsPromiscuity)
            _socket.Execute(new ChangeLink(bridge.Index, bridge.Name) { Up = true, Promiscuous = needsPromiscuity });
        // The node must not take a pod for a router.
        Sysctl.TryEnsure($"net/ipv6/conf/{bridge.Name}/accept_ra", "0", log);
    }

    /// <summary>
    /// Looks before it adds: of two ADDs at once with a wrong range, neither must take the other's address for granted.
    /// The list is of one link, filtered by the kernel, and costs less than an add that is refused.
    /// </summary>
    public void EnsureGateways(Link bridge, IReadOnlyList<Cidr> gateways, bool replacesOthers)
    {
        var present = _socket.ListAddresses(bridge.Index).ConvertAll(address => address.Cidr);
        var missing = gateways.Except(present).ToList();
        if (missing.Count == 0)
            return;
        var conflicts = present.Except(gateways).Where(cidr => missing.Any(gateway => IsConflict(cidr, gateway))).ToList();
        if (conflicts.Count > 0 && !replacesOthers)
        {
            throw new CniException(CniErrorCode.InvalidConfig,
                $"\"{bridge.Name}\" already has an IP address different from {missing[0]}",
                $"it has {string.Join(" and ", conflicts)}: set forceAddress, or remove the old address " +
                $"(ip address del {conflicts[0]} dev {bridge.Name})");
        }
        foreach (var cidr in conflicts)
            _socket.DeleteAddress(bridge.Index, cidr);
        foreach (var cidr in missing)
            _socket.EnsureAddress(bridge.Index, cidr, skipsDad: true);
        PinMac(bridge);
    }

    /// <summary>An IPv4 bridge has the addresses of one network; IPv6 networks conflict only where they overlap.</summary>
    static bool IsConflict(Cidr present, Cidr gateway) =>
        present.Address.IsV6 == gateway.Address.IsV6 && (present.Address.IsV4 || present.Overlaps(gateway));

    /// <summary>
    /// Setting a bridge's MAC, even to what it is, stops it from following its ports: pods keep the gateway's MAC in their
    /// neighbour tables. A bridge that lost its last port has all zeros, which the kernel refuses to set.
    /// </summary>
    void PinMac(Link bridge) => _socket.Execute(
        new ChangeLink(bridge.Index, bridge.Name) { Mac = bridge.Mac.IsZero ? MacAddress.Random() : bridge.Mac });

    public VethPair CreateVeth(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config)
    {
        var podEnd = new VethEnd(attachment.InterfaceName, config.Mac ?? MacAddress.Random());
        for (var candidate = 0; candidate < HostLink.Candidates; candidate++)
        {
            var hostEnd = new VethEnd(HostLink.NameOf(attachment, candidate), MacAddress.Random());
            // Before the request, for its answer may be lost; by MAC, for the name may be somebody else's.
            using var undo = new Rollback(log);
            undo.Push($"delete {hostEnd.Name}", () => DeleteOwn(hostEnd));
            var isCreated = _socket.TryCreateVeth(hostEnd, podEnd, pod, bridge.Index, config.Mtu);
            var veth = isCreated ? Finish(attachment, hostEnd, podEnd, config) : null;
            undo.Cancel();
            if (veth is not null)
                return veth;
            if (PodNetwork.HasInterface(pod, podEnd.Name))
                break;
        }
        throw new CniException(CniErrorCode.Internal,
            $"container veth name (\"{podEnd.Name}\") peer provided (\"{HostLink.NameOf(attachment, 0)}\") already exists",
            $"the namespace {pod.Path} has an interface {podEnd.Name} already, or the node one of the peer's name");
    }

    void DeleteOwn(VethEnd hostEnd)
    {
        if (_socket.TryGetLink(hostEnd.Name) is { } link && link.Mac == hostEnd.Mac)
            _socket.DeleteLink(link.Index, link.Name);
    }

    VethPair Finish(Attachment attachment, VethEnd hostEnd, VethEnd podEnd, BridgeConfig config)
    {
        var index = _socket.GetIndex(hostEnd.Name);
        _socket.Execute(new ChangeLink(index, hostEnd.Name) { Alias = HostLink.AliasOf(attachment), Hairpin = config.Hairpin });
        Sysctl.TryWrite($"net/ipv6/conf/{hostEnd.Name}/accept_ra", "0", log);
        return new VethPair(index, hostEnd.Name, hostEnd.Mac, podEnd.Mac);
    }

    public void ConfigurePod(NetworkNamespace pod, string interfaceName, AddressPlan? plan, bool detectsDuplicates) =>
        PodNetwork.Configure(pod, interfaceName, plan, detectsDuplicates, log);

    public void EnableForwarding(bool isV6) =>
        Sysctl.Ensure(isV6 ? "net/ipv6/conf/all/forwarding" : "net/ipv4/ip_forward", "1");

    public void AwaitPort(VethPair veth)
    {
        if (_socket.IsRunning(veth.HostName))
            return;
        using var watch = LinkWatch.OfLinks();
        if (!watch.WaitUntil(() => _socket.IsRunning(veth.HostName), s_portDeadline))
            throw new KernelException($"bring the bridge port {veth.HostName} up", Errno.ETIMEDOUT);
    }

    public void DeleteVeth(VethPair veth) => _socket.DeleteLink(veth.HostIndex, veth.HostName);

    public void DeletePodInterface(NetworkNamespace pod, string interfaceName) => PodNetwork.Delete(pod, interfaceName, log);

    public void DeleteHostLink(Attachment attachment)
    {
        for (var candidate = 0; candidate < HostLink.Candidates; candidate++)
        {
            var name = HostLink.NameOf(attachment, candidate);
            if (_socket.TryGetIndex(name) is null || _socket.TryGetLink(name) is not { Kind: "veth" } link)
                continue;
            // Without an alias: an ADD was killed between making the pair and naming it.
            if (link.Alias.Length == 0 || link.Alias == HostLink.AliasOf(attachment))
                _socket.DeleteLink(link.Index, link.Name);
        }
    }

    public void DeleteHostLinks(string network, Func<Attachment, bool> isAlive)
    {
        foreach (var link in _socket.ListLinks("veth"))
        {
            if (HostLink.TryParseAlias(link.Alias) is { } attachment && attachment.Network == network && !isAlive(attachment))
                _socket.DeleteLink(link.Index, link.Name);
        }
    }

    public Link? FindLink(string name) => _socket.TryGetLink(name);

    public PodInterface? InspectPod(NetworkNamespace pod, string interfaceName) => PodNetwork.Inspect(pod, interfaceName);

    public void Dispose() => _socket.Dispose();
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The node's part of <see cref="INodeNetwork"/> for the kernel; <see cref="PodNetwork"/> is the pod's part.</summary>
sealed class NodeNetwork(TextWriter log) : INodeNetwork
{
    static readonly TimeSpan s_arrivalDeadline = TimeSpan.FromSeconds(2);

    readonly RouteSocket _socket = new();
    NodeFirewall? _firewall;

    public INodeFirewall Firewall => _firewall ??= new NodeFirewall(_socket, log);

    public Link? FindBridge(BridgeConfig config)
    {
        var link = _socket.TryGetLink(config.Bridge);
        if (link is not null && link.Kind != "bridge")
        {
            throw new CniException(CniErrorCode.InvalidConfig,
                $"failed to create bridge \"{link.Name}\": \"{link.Name}\" already exists but is not a bridge",
                link.Kind.Length > 0 ? $"it is a link of kind {link.Kind}" : "it is a device of the node");
        }
        if (link is not null && config.FiltersVlans && link.FiltersVlans is null)
            throw NoVlanFiltering(config);
        if (link is { FiltersVlans: false } && config.FiltersVlans)
        {
            throw new CniException(CniErrorCode.InvalidConfig,
                $"the configuration has VLANs, but VLAN filtering is disabled on bridge {link.Name}",
                $"ip link set {ShellText.Quote(link.Name)} type bridge vlan_filtering 1");
        }
        return link;
    }

    public Link CreateBridge(BridgeConfig config)
    {
        var mac = MacAddress.Random();
        // Before the first port gives the bridge its carrier.
        if (TryCreateBridge(_socket, config, mac) && _socket.TryGetIndex(config.Bridge) is { } index)
            _socket.TryAddLinkLocal(index, mac);
        return FindBridge(config) ?? throw CniException.InvalidConfig("bridge", $"\"{config.Bridge}\"",
            "it is another name (altname) of a link: give the name that ip link shows first");
    }

    /// <summary>Creates the bridge. Returns false if there is one already.</summary>
    static bool TryCreateBridge(RouteSocket socket, BridgeConfig config, MacAddress mac)
    {
        try
        {
            return socket.TryCreateBridge(new CreateBridge(config.Bridge, mac, config.Mtu) { FiltersVlans = config.FiltersVlans });
        }
        catch (KernelException e) when (e.Errno == Errno.EOPNOTSUPP && config.FiltersVlans)
        {
            throw NoVlanFiltering(config);
        }
    }

    static CniException NoVlanFiltering(BridgeConfig config) => new(CniErrorCode.UnsupportedField,
        $"unsupported field: {(config.Vlan == 0 ? "vlanTrunk" : $"vlan = {config.Vlan}")}: " +
        "the kernel is built without bridge VLAN filtering", "CONFIG_BRIDGE_VLAN_FILTERING");

    public void TryKernel(BridgeConfig config) => NetworkNamespace.RunInNew(() =>
    {
        using var socket = new RouteSocket();
        TryCreateBridge(socket, config, MacAddress.Random());
        return socket.TryCreateVeth(
            new VethEnd("veth0", MacAddress.Random()), new VethEnd("veth1", MacAddress.Random()), null,
            socket.GetIndex(config.Bridge), config.Mtu);
    });

    public void PrepareBridge(Link bridge, BridgeConfig config)
    {
        var needsPromiscuity = config.Promiscuous && !bridge.IsPromiscuous;
        if (!bridge.IsUp || needsPromiscuity)
            _socket.Execute(new ChangeLink(bridge.Index, bridge.Name) { Up = true, Promiscuous = needsPromiscuity });
        RouterAdvertisements.Ignore(bridge, _socket, log);
    }

    public IReadOnlyList<Cidr> ListAddresses(Link link) => _socket.ListAddresses(link.Index).ConvertAll(address => address.Cidr);

    public void ChangeGateways(Link link, IReadOnlyList<Cidr> added, IReadOnlyList<Cidr> removed)
    {
        var hasIPv6 = added.Any(cidr => cidr.Address.IsV6);
        if (hasIPv6)
            IPv6Switch.Require(link.Name);
        using var arrivals = hasIPv6 ? LinkWatch.OfIPv6Routes() : null;
        foreach (var cidr in removed)
            _socket.DeleteAddress(link.Index, cidr);
        foreach (var cidr in added)
            _socket.EnsureAddress(link.Index, cidr, skipsDad: true);
        arrivals?.WaitUntilTaken([.. added.Select(cidr => cidr.Address)], _socket, s_arrivalDeadline);
        if (link.Kind == "bridge")
            PinMac(link);
    }

    /// <summary>
    /// Sets the bridge's MAC to its present value. The bridge then no longer takes over MACs of its ports, so that the pods' neighbour
    /// entries of the gateway stay valid. A bridge that lost its last port has a MAC of zeros, which the kernel refuses to set.
    /// </summary>
    void PinMac(Link bridge) => _socket.Execute(
        new ChangeLink(bridge.Index, bridge.Name) { Mac = bridge.Mac.IsZero ? MacAddress.Random() : bridge.Mac });

    public Link EnsureVlanGateway(Link bridge, BridgeConfig config) => new VlanGateway(_socket, bridge, config, log).Ensure();

    public IReadOnlyList<Link> ListPorts(Link bridge) => _socket.ListPorts(bridge.Index);

    public IReadOnlyList<PortVlan> ListVlans(Link port) => _socket.ListPortVlans(port.Index);

    public VethPair CreateVeth(Attachment attachment, NetworkNamespace pod, Link bridge, BridgeConfig config)
    {
        var podEnd = new VethEnd(attachment.InterfaceName, config.Mac ?? MacAddress.Random());
        for (var candidate = 0; candidate < HostLink.Candidates; candidate++)
        {
            var hostEnd = new VethEnd(HostLink.NameOf(attachment, candidate), MacAddress.Random());
            // Push the undo before the request, because its answer may be lost. Delete by MAC, because another link may have the name.
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
            $"the namespace {pod.Path} already has an interface {podEnd.Name}, or the node has one with the name of the peer");
    }

    void DeleteOwn(VethEnd hostEnd)
    {
        if (_socket.TryGetLink(hostEnd.Name) is { } link && link.Mac == hostEnd.Mac)
            _socket.DeleteLink(link.Index, link.Name);
    }

    VethPair Finish(Attachment attachment, VethEnd hostEnd, VethEnd podEnd, BridgeConfig config)
    {
        var index = _socket.GetIndex(hostEnd.Name);
        var port = new ChangeLink(index, hostEnd.Name)
        {
            Alias = HostLink.AliasOf(attachment),
            Hairpin = config.Hairpin,
            Isolated = config.Isolated,
        };
        _socket.Execute([port, .. PortVlans.Create(index, hostEnd.Name, config)]);
        Sysctl.TryWrite($"net/ipv6/conf/{hostEnd.Name}/accept_ra", "0", log);
        return new VethPair(index, hostEnd.Name, hostEnd.Mac, podEnd.Mac);
    }

    public IDuplicateJudge WatchDuplicates(Link bridge, VethPair veth, Func<Attachment, IpAddress?> findReservation) =>
        new DuplicateJudge(_socket, bridge, veth, findReservation, log);

    public IPodLink ConfigurePod(NetworkNamespace pod, string interfaceName, AddressPlan? plan, IDuplicateJudge? duplicates) =>
        PodNetwork.Configure(pod, interfaceName, plan, duplicates, log);

    public AddressClaim? FindClaim(IpAddress address, BridgeConfig config)
    {
        if (_socket.TryGetIndex(config.Bridge) is not { } bridge)
            return null;
        var link = config.VlanGateway is { } gateway ? _socket.TryGetIndex(gateway) : bridge;
        return link is null ? null : AddressClaim.Find(_socket, address, link.Value, bridge, config.ForwardingVlan, log);
    }

    public void UpdateNeighbours(Link link, IReadOnlyList<Cidr> addresses, MacAddress mac)
    {
        var messages = new INetlinkMessage[addresses.Count];
        for (var i = 0; i < messages.Length; i++)
            messages[i] = new UpdateNeighbour(link.Index, addresses[i].Address, mac);
        _socket.Execute(messages);
    }

    public void EnableForwarding(AddressFamily family) => Forwarding.Enable(family, _socket, log);

    public bool IsForwarding(AddressFamily family) => Forwarding.IsOn(family);

    public int FindUplinkMtu()
    {
        var mtu = Uplink.FindMtu(_socket);
        if (mtu == 0)
            log.WriteLine("mtu = auto: the node has no default route; using the kernel's default");
        return mtu;
    }

    public IPortWatch WatchPort(Link bridge, VethPair veth) => new PortWatch(_socket, bridge, veth);

    public void DeleteVeth(VethPair veth) => _socket.DeleteLink(veth.HostIndex, veth.HostName);

    public PodVeth? FindVeth(NetworkNamespace pod, string interfaceName)
    {
        var veth = PodVeth.Find(_socket, pod, interfaceName, log);
        if (veth is null or { Inside.Kind: "veth" })
            return veth;
        log.WriteLine($"not deleting {interfaceName} in {pod.Path}: it is a link of kind \"{veth.Inside.Kind}\", not a veth");
        return null;
    }

    public void DeleteVeth(NetworkNamespace pod, PodVeth veth)
    {
        if (veth.Host is { } host)
            DeleteLink(host);
        else
            PodNetwork.Delete(pod, veth.Inside);
    }

    public bool DeleteHostLink(Attachment attachment)
    {
        var isDeleted = false;
        for (var candidate = 0; candidate < HostLink.Candidates; candidate++)
        {
            var name = HostLink.NameOf(attachment, candidate);
            if (_socket.TryGetIndex(name) is null || _socket.TryGetLink(name) is not { Kind: "veth" } link)
                continue;
            // The link has no alias if an ADD was killed between creating and naming it.
            if (link.Alias.Length > 0 && link.Alias != HostLink.AliasOf(attachment))
                continue;
            _socket.DeleteLink(link.Index, link.Name);
            isDeleted = true;
        }
        return isDeleted;
    }

    public IReadOnlyList<AttachedLink> ListHostLinks(string network)
    {
        var attached = new List<AttachedLink>();
        foreach (var link in _socket.ListLinks("veth"))
        {
            if (HostLink.TryParseAlias(link.Alias) is { } attachment && attachment.Network == network)
                attached.Add(new AttachedLink(attachment, link));
        }
        return attached;
    }

    public void DeleteLink(Link link) => _socket.DeleteLink(link.Index, link.Name);

    public Link? FindLink(string name) => _socket.TryGetLink(name);

    public Link? FindVlanPort(Link gateway) => VlanGateway.FindPort(gateway, _socket);

    public MacAddress GetMac(Link link) => _socket.GetMac(link.Name);

    public ContainerInterface? InspectPod(NetworkNamespace pod, string interfaceName, IReadOnlySet<Cidr> wanted) =>
        PodNetwork.Inspect(pod, interfaceName, wanted);

    public void Dispose()
    {
        _firewall?.Dispose();
        _socket.Dispose();
    }
}

using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The bridges of the kernel.</summary>
/// <param name="socket">A socket of the node's namespace.</param>
sealed class BridgeLinks(RouteSocket socket, TextWriter log) : IBridgeLinks
{
    public Link? Find(BridgeConfig config)
    {
        var link = socket.TryGetLink(config.Bridge);
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

    public Link Create(BridgeConfig config)
    {
        var mac = MacAddress.Random();
        // Before the first port gives the bridge its carrier.
        if (TryCreate(socket, config, mac) && socket.TryGetIndex(config.Bridge) is { } index)
            socket.TryAddLinkLocal(index, mac);
        return Find(config) ?? throw CniException.InvalidConfig("bridge", $"\"{config.Bridge}\"",
            "it is another name (altname) of a link: give the name that ip link shows first");
    }

    /// <summary>Creates the bridge. Returns false if there is one already.</summary>
    static bool TryCreate(RouteSocket socket, BridgeConfig config, MacAddress mac)
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

    public void Prepare(Link bridge, BridgeConfig config)
    {
        var needsPromiscuity = config.IsPromiscuous && !bridge.IsPromiscuous;
        if (!bridge.IsUp || needsPromiscuity)
            socket.Execute(new ChangeLink(bridge.Index, bridge.Name) { Up = true, Promiscuous = needsPromiscuity });
        RouterAdvertisements.Ignore(bridge, socket, log);
    }

    public IReadOnlyList<Link> ListPorts(Link bridge) => socket.ListPorts(bridge.Index);

    public MacAddress GetMac(Link bridge) => socket.GetMac(bridge.Name);

    public void TryKernel(BridgeConfig config) => NetworkNamespace.RunInNew(() =>
    {
        using var inside = new RouteSocket();
        TryCreate(inside, config, MacAddress.Random());
        return inside.TryCreateVeth(
            new VethEnd("veth0", MacAddress.Random()), new VethEnd("veth1", MacAddress.Random()), null,
            inside.GetIndex(config.Bridge), config.Mtu);
    });
}

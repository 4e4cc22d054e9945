using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>A network interface as the kernel describes it (RTM_NEWLINK).</summary>
public sealed record Link
{
    public required int Index { get; init; }
    public string Name { get; init; } = "";
    public uint Flags { get; init; }
    public MacAddress Mac { get; init; }
    public uint Mtu { get; init; }

    /// <summary>"bridge", "veth", … or "" for a physical device.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The bridge that it is a port of, or 0.</summary>
    public int Master { get; init; }

    /// <summary>Of a veth: the index of the other end, in the other end's namespace (IFLA_LINK).</summary>
    public int PeerIndex { get; init; }

    /// <summary>The number of no namespace (NETNSA_NSID_NOT_ASSIGNED).</summary>
    public const int NoNamespace = -1;

    /// <summary>
    /// Of a veth whose other end is in another namespace: the number of that one here (IFLA_LINK_NETNSID), see
    /// <see cref="RouteSocket.GetNamespaceId"/>.
    /// </summary>
    public int PeerNamespace { get; init; } = NoNamespace;

    /// <summary>Of a veth: the other end is in another namespace, and its index one of there.</summary>
    public bool IsPeerElsewhere { get; init; }

    public string Alias { get; init; } = "";

    /// <summary>Of a bridge: do its ports belong to VLANs? Null where the kernel is built without.</summary>
    public bool? FiltersVlans { get; init; }

    /// <summary>Of a bridge: it runs the spanning tree protocol, so that a new port forwards only after half a minute.</summary>
    public bool RunsStp { get; init; }

    /// <summary>Of a bridge's port: traffic may leave through it that came from it.</summary>
    public bool IsHairpin { get; init; }

    /// <summary>Of a bridge's port: it reaches only ports that are not isolated.</summary>
    public bool IsIsolated { get; init; }

    /// <summary>IF_OPER_UP, …: what became of the carrier (RFC 2863).</summary>
    internal byte OperationalState { get; init; }

    public bool IsUp => (Flags & IFF_UP) != 0;

    /// <summary>The flag follows the carrier at once; the operational state, in both directions, when a worker comes to it.</summary>
    bool HasCarrier => (Flags & IFF_LOWER_UP) != 0;

    /// <summary>The kernel has done all that it does when a carrier comes: queues run, a bridge's port forwards.</summary>
    public bool IsOperational => HasCarrier && OperationalState == IF_OPER_UP;

    /// <summary>
    /// As good as operational: it has had its carrier from the beginning. (Without a carrier the state is unknown too, until
    /// the kernel comes to look at it.)
    /// </summary>
    public bool CanPassTraffic => IsOperational || (HasCarrier && OperationalState == IF_OPER_UNKNOWN);

    /// <summary>Asked to receive everything by somebody, not counting what the kernel switched on for itself.</summary>
    public bool IsPromiscuous => (Flags & IFF_PROMISC) != 0;

    internal static Link Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<InterfaceHeader>(payload, out var bytes);
        var link = new Link { Index = header.Index, Flags = header.Flags };
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            link = attributes.Type switch
            {
                IFLA_IFNAME => link with { Name = attributes.Text },
                IFLA_ADDRESS when attributes.Value.Length == 6 => link with { Mac = MacAddress.FromBytes(attributes.Value) },
                IFLA_OPERSTATE => link with { OperationalState = attributes.Byte },
                IFLA_MTU => link with { Mtu = attributes.UInt32 },
                IFLA_LINK => link with { PeerIndex = attributes.Int32 },
                IFLA_LINK_NETNSID => link with { IsPeerElsewhere = true, PeerNamespace = attributes.Int32 },
                IFLA_MASTER => link with { Master = attributes.Int32 },
                IFLA_IFALIAS => link with { Alias = attributes.Text },
                IFLA_LINKINFO => link.WithInfo(attributes.Nested),
                _ => link,
            };
        }
        return link;
    }

    /// <summary>The kernel writes the kind before the data, whose attributes mean something only with it.</summary>
    Link WithInfo(AttributeReader info)
    {
        var link = this;
        var isBridgePort = false;
        while (info.Read())
        {
            switch (info.Type)
            {
                case IFLA_INFO_KIND: link = link with { Kind = info.Text }; break;
                case IFLA_INFO_DATA when link.Kind == "bridge": link = link.WithBridge(info.Nested); break;
                case IFLA_INFO_SLAVE_KIND: isBridgePort = info.Text == "bridge"; break;
                case IFLA_INFO_SLAVE_DATA when isBridgePort: link = link.WithPort(info.Nested); break;
            }
        }
        return link;
    }

    /// <summary>A kernel without VLAN filtering reports the setting as off, but no protocol.</summary>
    Link WithBridge(AttributeReader bridge)
    {
        bool filters = false, knowsVlans = false, runsStp = false;
        while (bridge.Read())
        {
            switch (bridge.Type)
            {
                case IFLA_BR_STP_STATE: runsStp = bridge.UInt32 != 0; break;
                case IFLA_BR_VLAN_FILTERING: filters = bridge.Byte != 0; break;
                case IFLA_BR_VLAN_PROTOCOL: knowsVlans = true; break;
            }
        }
        return this with { FiltersVlans = knowsVlans ? filters : null, RunsStp = runsStp };
    }

    Link WithPort(AttributeReader port)
    {
        var link = this;
        while (port.Read())
        {
            link = port.Type switch
            {
                IFLA_BRPORT_MODE => link with { IsHairpin = port.Byte != 0 },
                IFLA_BRPORT_ISOLATED => link with { IsIsolated = port.Byte != 0 },
                _ => link,
            };
        }
        return link;
    }
}

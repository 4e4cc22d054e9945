using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>A network interface as the kernel describes it (RTM_NEWLINK).</summary>
public sealed record Link
{
    public required int Index { get; init; }
    public string Name { get; init; } = "";
    public uint Flags { get; init; }
    public MacAddress Mac { get; init; }
    public uint Mtu { get; init; }

    /// <summary>"bridge", "veth", … or "" for a physical device (IFLA_INFO_KIND).</summary>
    public string Kind { get; init; } = "";

    /// <summary>The index of the bridge whose port the link is, or 0.</summary>
    public int Master { get; init; }

    /// <summary>The index of a veth's other end, in the namespace of that end (IFLA_LINK).</summary>
    public int PeerIndex { get; init; }

    /// <summary>No namespace ID is assigned (NETNSA_NSID_NOT_ASSIGNED).</summary>
    public const int NoNamespace = -1;

    /// <summary>
    /// The ID of the namespace of a veth's other end (IFLA_LINK_NETNSID), if that is another namespace; see
    /// <see cref="RouteSocket.GetNamespaceId"/>.
    /// </summary>
    public int PeerNamespace { get; init; } = NoNamespace;

    /// <summary>True for a veth whose other end is in another namespace; its index belongs to that namespace.</summary>
    public bool IsPeerElsewhere { get; init; }

    public string Alias { get; init; } = "";

    /// <summary>Whether a bridge filters VLANs; null for kernels without support, and for other links.</summary>
    public bool? FiltersVlans { get; init; }

    /// <summary>True for a bridge with the spanning tree protocol: a new port forwards only after half a minute.</summary>
    public bool RunsStp { get; init; }

    /// <summary>The settings of a bridge port that are on; none for other links.</summary>
    public PortSettings PortSettings { get; init; }

    /// <summary>IF_OPER_UP, …: the operational state (RFC 2863).</summary>
    internal byte OperationalState { get; init; }

    public bool IsUp => (Flags & IFF_UP) != 0;

    /// <summary>True for a link whose hosts have MACs and answer to ARP or neighbour discovery.</summary>
    public bool HasNeighbours => (Flags & IFF_NOARP) == 0 && Mac != default;

    /// <summary>The carrier flag. It changes at once; the operational state changes later, in a worker of the kernel.</summary>
    bool HasCarrier => (Flags & IFF_LOWER_UP) != 0;

    /// <summary>True if the kernel has handled the carrier completely: queues run, and a bridge port forwards.</summary>
    public bool IsOperational => HasCarrier && OperationalState == IF_OPER_UP;

    /// <summary>
    /// True if the link is operational, or has had its carrier since it was created. (Without a carrier, the state stays unknown until
    /// the kernel's worker has run.)
    /// </summary>
    public bool CanPassTraffic => IsOperational || (HasCarrier && OperationalState == IF_OPER_UNKNOWN);

    /// <summary>True if a program requested promiscuous mode; requests of the kernel itself do not count.</summary>
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

    /// <summary>
    /// Decodes IFLA_LINKINFO. The kernel writes the kind before the data; only the kind gives the data's attributes a meaning.
    /// </summary>
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

    /// <summary>Decodes a bridge's data. A kernel without VLAN filtering reports the setting as off, without a VLAN protocol.</summary>
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
        var settings = PortSettings.None;
        while (port.Read())
        {
            var setting = PortSettingsExtensions.FromAttribute(port.Type);
            if (setting != PortSettings.None && port.Byte != 0)
                settings |= setting;
        }
        return this with { PortSettings = settings };
    }
}

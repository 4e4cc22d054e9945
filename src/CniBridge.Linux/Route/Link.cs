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

    public string Alias { get; init; } = "";

    public bool IsUp => (Flags & IFF_UP) != 0;

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
                IFLA_MTU => link with { Mtu = attributes.UInt32 },
                IFLA_LINK => link with { PeerIndex = attributes.Int32 },
                IFLA_MASTER => link with { Master = attributes.Int32 },
                IFLA_IFALIAS => link with { Alias = attributes.Text },
                IFLA_LINKINFO => link with { Kind = DecodeKind(attributes.Nested) },
                _ => link,
            };
        }
        return link;
    }

    static string DecodeKind(AttributeReader info)
    {
        while (info.Read())
        {
            if (info.Type == IFLA_INFO_KIND)
                return info.Text;
        }
        return "";
    }
}

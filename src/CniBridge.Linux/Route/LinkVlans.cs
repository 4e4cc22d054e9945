using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>The VLANs of a bridge port as a link of the family AF_BRIDGE carries them (br_fill_ifvlaninfo in br_netlink.c).</summary>
static class LinkVlans
{
    /// <summary>Decodes one message (RTM_NEWLINK). Returns null if it is of another link or family.</summary>
    /// <exception cref="InvalidDataException">A length, a range or a VLAN number is impossible.</exception>
    internal static List<PortVlan>? Decode(ReadOnlySpan<byte> payload, int index)
    {
        var header = Header.Read<InterfaceHeader>(payload, out var bytes);
        if (header.Index != index || header.Family != LibC.AF_BRIDGE)
            return null;
        var vlans = new List<PortVlan>();
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            if (attributes.Type == IFLA_AF_SPEC)
                DecodeList(attributes.Nested, vlans);
        }
        return vlans;
    }

    /// <summary>Decodes single VLANs, and ranges, each of which is two entries in a row.</summary>
    static void DecodeList(AttributeReader list, List<PortVlan> vlans)
    {
        ushort? first = null;
        while (list.Read())
        {
            if (list.Type != IFLA_BRIDGE_VLAN_INFO)
                continue;
            var info = Header.Read<VlanInfo>(list.Value, out _);
            var (begins, ends) = (Has(info, BRIDGE_VLAN_INFO_RANGE_BEGIN), Has(info, BRIDGE_VLAN_INFO_RANGE_END));
            if (ends != (first is not null) || (begins && ends) || info.Id < first)
                throw new InvalidDataException($"VLAN {info.Id}: not the end of a range that begins at {first}");
            if (!begins)
                PortVlan.AddRange(vlans, first ?? info.Id, info.Id, info.Flags);
            first = begins ? info.Id : null;
        }
        if (first is not null)
            throw new InvalidDataException($"VLAN {first}: the range has no end");
    }

    static bool Has(VlanInfo info, ushort flag) => (info.Flags & flag) != 0;
}

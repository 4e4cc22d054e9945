using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route.Links;

/// <summary>A VLAN of a bridge port.</summary>
/// <param name="IsNative">True: incoming frames without a tag belong to the VLAN, and its frames leave without a tag.</param>
public readonly record struct PortVlan(int Id, bool IsNative)
{
    /// <summary>The highest VLAN ID (IEEE 802.1Q: twelve bits, all ones reserved).</summary>
    const int MaxId = 4094;

    /// <summary>Decodes one message (RTM_NEWVLAN). Consecutive VLANs with equal settings share an entry.</summary>
    /// <exception cref="InvalidDataException">A length or a VLAN number is impossible.</exception>
    internal static List<PortVlan> Decode(ReadOnlySpan<byte> payload)
    {
        _ = Header.Read<VlanHeader>(payload, out var bytes);
        var vlans = new List<PortVlan>();
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            if (attributes.Type == BRIDGE_VLANDB_ENTRY)
                DecodeEntry(attributes.Nested, vlans);
        }
        return vlans;
    }

    static void DecodeEntry(AttributeReader entry, List<PortVlan> vlans)
    {
        var info = default(VlanInfo);
        ushort? last = null;
        while (entry.Read())
        {
            switch (entry.Type)
            {
                case BRIDGE_VLANDB_ENTRY_INFO: info = Header.Read<VlanInfo>(entry.Value, out _); break;
                case BRIDGE_VLANDB_ENTRY_RANGE: last = entry.UInt16; break;
            }
        }
        AddRange(vlans, info.Id, last ?? info.Id, info.Flags);
    }

    /// <summary>Adds consecutive VLANs with equal flags (BRIDGE_VLAN_INFO_…).</summary>
    /// <exception cref="InvalidDataException">A VLAN number is impossible.</exception>
    internal static void AddRange(List<PortVlan> vlans, ushort first, ushort last, ushort flags)
    {
        if (first > MaxId || last > MaxId)
            throw new InvalidDataException($"VLAN {Math.Max(first, last)}: the largest is {MaxId}");
        const ushort native = BRIDGE_VLAN_INFO_PVID | BRIDGE_VLAN_INFO_UNTAGGED;
        for (int id = first; id <= last; id++)
            vlans.Add(new PortVlan(id, (flags & native) == native));
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>A neighbour of a link, or a forwarding entry of a bridge, as the kernel describes it (RTM_NEWNEIGH).</summary>
/// <param name="Index">The index of the link, or of the bridge's port.</param>
/// <param name="State">NUD_…, linux/neighbour.h</param>
/// <param name="Mac">The MAC; null while it is unknown.</param>
public sealed record NeighbourEntry(int Index, ushort State, MacAddress? Mac)
{
    /// <summary>The IP address of a neighbour; null for a forwarding entry.</summary>
    public IpAddress? Address { get; init; }

    /// <summary>True if the neighbour has answered in the last seconds, or needs no answer.</summary>
    public bool IsConfirmed => (State & (NUD_REACHABLE | NUD_PERMANENT | NUD_NOARP)) != 0;

    /// <summary>True for a bridge's entry with the MAC of one of the node's own links.</summary>
    public bool IsOwn => (State & NUD_PERMANENT) != 0;

    internal static NeighbourEntry Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<NeighbourHeader>(payload, out var bytes);
        MacAddress? mac = null;
        IpAddress? address = null;
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            // Tunnels have addresses of other lengths.
            if (attributes is { Type: NDA_LLADDR, Value.Length: 6 })
                mac = MacAddress.FromBytes(attributes.Value);
            else if (attributes is { Type: NDA_DST, Value.Length: 4 or 16 })
                address = IpAddress.FromWire(attributes.Value);
        }
        return new NeighbourEntry(header.Index, header.State, mac) { Address = address };
    }
}

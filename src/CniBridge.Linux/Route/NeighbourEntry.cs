using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Route.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>A neighbour of a link, or what a bridge knows of a MAC, as the kernel describes either (RTM_NEWNEIGH).</summary>
/// <param name="Index">The link; for a bridge the port.</param>
/// <param name="State">NUD_…, linux/neighbour.h</param>
/// <param name="Mac">Null while it is not known.</param>
public sealed record NeighbourEntry(int Index, ushort State, MacAddress? Mac)
{
    /// <summary>Of a bridge: the MAC is of one of its own links on this node.</summary>
    public bool IsOwn => (State & NUD_PERMANENT) != 0;

    internal static NeighbourEntry Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<NeighbourHeader>(payload, out var bytes);
        MacAddress? mac = null;
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            // A tunnel has addresses of other lengths.
            if (attributes is { Type: NDA_LLADDR, Value.Length: 6 })
                mac = MacAddress.FromBytes(attributes.Value);
        }
        return new NeighbourEntry(header.Index, header.State, mac);
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Conntrack.ConntrackConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>A connection that the kernel tracks (IPCTNL_MSG_CT_NEW).</summary>
/// <param name="Original">The first packet before any translation.</param>
/// <param name="Reply">The packets of the reply; their source is the translated destination.</param>
public sealed record ConntrackEntry(ConntrackTuple Original, ConntrackTuple Reply)
{
    public AddressFamily Family { get; init; }

    /// <summary>CTA_ID. The kernel derives it from the tuple and from the entry's address in its memory.</summary>
    public uint Id { get; init; }

    /// <summary>CTA_TUPLE_ORIG and CTA_ZONE as the kernel sent them; the kernel finds the entry by them.</summary>
    internal byte[] OriginalBytes { get; init; } = [];
    internal byte[]? ZoneBytes { get; init; }

    internal static ConntrackEntry Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<NetfilterHeader>(payload, out var bytes);
        var (original, reply) = ((ConntrackTuple?)null, (ConntrackTuple?)null);
        var (originalBytes, zoneBytes) = ((byte[])[], (byte[]?)null);
        uint? id = null;
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case CTA_TUPLE_ORIG:
                    original = ConntrackTuple.Decode(attributes.Nested);
                    originalBytes = attributes.Value.ToArray();
                    break;
                case CTA_TUPLE_REPLY: reply = ConntrackTuple.Decode(attributes.Nested); break;
                case CTA_ID: id = attributes.UInt32BigEndian; break;
                case CTA_ZONE: zoneBytes = attributes.Value.ToArray(); break;
            }
        }
        if (original is null || reply is null || id is null)
            throw new InvalidDataException("a conntrack entry without tuples or id");
        return new ConntrackEntry(original, reply)
        {
            Family = AddressFamilies.From(header.Family == NFPROTO_IPV6),
            Id = id.Value,
            OriginalBytes = originalBytes,
            ZoneBytes = zoneBytes,
        };
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Conntrack.ConntrackConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>The addresses and ports of a connection's packets in one direction. Protocols without ports have ports 0.</summary>
/// <param name="Protocol">IPPROTO_TCP, IPPROTO_UDP, …</param>
public sealed record ConntrackTuple(
    IpAddress Source, IpAddress Destination, byte Protocol, ushort SourcePort, ushort DestinationPort)
{
    internal static ConntrackTuple Decode(AttributeReader attributes)
    {
        var (source, destination) = ((IpAddress?)null, (IpAddress?)null);
        byte protocol = 0;
        ushort sourcePort = 0, destinationPort = 0;
        while (attributes.Read())
        {
            if (attributes.Type == CTA_TUPLE_IP)
                (source, destination) = DecodeAddresses(attributes.Nested);
            else if (attributes.Type == CTA_TUPLE_PROTO)
                (protocol, sourcePort, destinationPort) = DecodePorts(attributes.Nested);
        }
        return source is null || destination is null
            ? throw new InvalidDataException("a conntrack tuple without addresses")
            : new ConntrackTuple(source, destination, protocol, sourcePort, destinationPort);
    }

    static (IpAddress? Source, IpAddress? Destination) DecodeAddresses(AttributeReader attributes)
    {
        var (source, destination) = ((IpAddress?)null, (IpAddress?)null);
        while (attributes.Read())
        {
            if (attributes.Type is CTA_IP_V4_SRC or CTA_IP_V6_SRC)
                source = IpAddress.FromWire(attributes.Value);
            else if (attributes.Type is CTA_IP_V4_DST or CTA_IP_V6_DST)
                destination = IpAddress.FromWire(attributes.Value);
        }
        return (source, destination);
    }

    static (byte Protocol, ushort SourcePort, ushort DestinationPort) DecodePorts(AttributeReader attributes)
    {
        byte protocol = 0;
        ushort sourcePort = 0, destinationPort = 0;
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case CTA_PROTO_NUM: protocol = attributes.Byte; break;
                case CTA_PROTO_SRC_PORT: sourcePort = attributes.UInt16BigEndian; break;
                case CTA_PROTO_DST_PORT: destinationPort = attributes.UInt16BigEndian; break;
            }
        }
        return (protocol, sourcePort, destinationPort);
    }
}

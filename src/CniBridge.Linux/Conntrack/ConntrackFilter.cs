using System.Buffers.Binary;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Conntrack.ConntrackConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>
/// A filter for connections of one address family and protocol whose first packet went to one port, in all conntrack zones. A
/// property that is null matches any value.
/// </summary>
/// <param name="Protocol">IPPROTO_TCP, IPPROTO_UDP or IPPROTO_SCTP.</param>
public sealed record ConntrackFilter(AddressFamily Family, byte Protocol, ushort DestinationPort)
{
    /// <summary>The destination of the first packet. Null also matches connections that only pass through the node.</summary>
    public IpAddress? Destination { get; init; }

    /// <summary>The source of the replies: the translated destination, or the destination without translation.</summary>
    public IpAddress? ReplySource { get; init; }

    public ushort? ReplySourcePort { get; init; }

    public bool Matches(ConntrackEntry entry) =>
        entry.Family == Family && entry.Original.Protocol == Protocol && entry.Original.DestinationPort == DestinationPort &&
        (Destination is null || entry.Original.Destination == Destination) &&
        (ReplySource is null || entry.Reply.Source == ReplySource) &&
        (ReplySourcePort is null || entry.Reply.SourcePort == ReplySourcePort);

    /// <summary>
    /// True if every kernel that supports CTA_FILTER compares the whole filter correctly. ctnetlink_filter_match_tuple only compares
    /// ports of TCP and UDP, so that a port of SCTP matches all ports. It also treats different IPv6 addresses as equal, up to Linux
    /// 6.18 at least.
    /// </summary>
    internal bool IsExactInKernel => Protocol is IPPROTO_TCP or IPPROTO_UDP && !(Family.IsV6 && HasAddress);

    bool HasAddress => Destination is not null || ReplySource is not null;

    internal void Validate()
    {
        if ((Destination ?? ReplySource)?.IsV6 == !Family.IsV6 || (ReplySource ?? Destination)?.IsV6 == !Family.IsV6)
            throw new ArgumentException($"a filter for {(Family.IsV6 ? "IPv6" : "IPv4")} has an address of the other family: {this}");
    }

    /// <summary>
    /// Writes the parts that the kernel can compare. The original tuple has no source address, so it never names a single entry: an
    /// older kernel that looks for one refuses the request.
    /// </summary>
    internal void Write(ref MessageWriter writer)
    {
        var original = CTA_FILTER_F_CTA_PROTO_NUM | CTA_FILTER_F_CTA_PROTO_DST_PORT;
        var start = writer.BeginNest(CTA_TUPLE_ORIG);
        original |= WriteAddress(ref writer, CTA_IP_V4_DST, Destination, CTA_FILTER_F_CTA_IP_DST);
        WriteProtocol(ref writer, CTA_PROTO_DST_PORT, DestinationPort);
        writer.End(start);
        var reply = WriteReply(ref writer);

        start = writer.BeginNest(CTA_FILTER);
        writer.Attribute(CTA_FILTER_ORIG_FLAGS, original);
        writer.Attribute(CTA_FILTER_REPLY_FLAGS, reply);
        writer.End(start);
    }

    uint WriteReply(ref MessageWriter writer)
    {
        if (ReplySource is null && ReplySourcePort is null)
            return 0;
        var flags = CTA_FILTER_F_CTA_PROTO_NUM;
        var start = writer.BeginNest(CTA_TUPLE_REPLY);
        flags |= WriteAddress(ref writer, CTA_IP_V4_SRC, ReplySource, CTA_FILTER_F_CTA_IP_SRC);
        WriteProtocol(ref writer, CTA_PROTO_SRC_PORT, ReplySourcePort);
        writer.End(start);
        return ReplySourcePort is null ? flags : flags | CTA_FILTER_F_CTA_PROTO_SRC_PORT;
    }

    /// <summary>Writes an address if the kernel can compare it.</summary>
    /// <returns>The flag, or 0 if nothing was written.</returns>
    uint WriteAddress(ref MessageWriter writer, ushort type, IpAddress? address, uint flag)
    {
        if (address is null || Family.IsV6)
            return 0;
        var start = writer.BeginNest(CTA_TUPLE_IP);
        writer.Attribute(type, address.ToBytes());
        writer.End(start);
        return flag;
    }

    void WriteProtocol(ref MessageWriter writer, ushort portType, ushort? port)
    {
        var start = writer.BeginNest(CTA_TUPLE_PROTO);
        writer.Attribute(CTA_PROTO_NUM, Protocol);
        if (port is not null)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16BigEndian(bytes, port.Value);
            writer.Attribute(portType, bytes);
        }
        writer.End(start);
    }

    public override string ToString()
    {
        var to = Destination is null ? $"port {DestinationPort}" : $"{Destination} port {DestinationPort}";
        var text = $"{(Family.IsV6 ? "IPv6" : "IPv4")} protocol {Protocol} to {to}";
        return (ReplySource, ReplySourcePort) switch
        {
            (null, null) => text,
            (null, _) => $"{text} answered from port {ReplySourcePort}",
            (_, null) => $"{text} answered by {ReplySource}",
            _ => $"{text} answered by {ReplySource} port {ReplySourcePort}",
        };
    }
}

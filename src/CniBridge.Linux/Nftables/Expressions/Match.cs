using CniBridge.Linux.Addresses;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Conditions of rules as the expressions that nft writes for them. Each starts at register 0.</summary>
public static class Match
{
    /// <summary>meta nfproto; required before addresses in tables that see both families.</summary>
    public static Expression[] Family(AddressFamily family) =>
        [Meta.NetworkProtocol(), Compare.Equal([family.IsV6 ? NFPROTO_IPV6 : NFPROTO_IPV4])];

    /// <summary>meta l4proto NUMBER</summary>
    public static Expression[] Protocol(byte number) => [Meta.TransportProtocol(), Compare.Equal(Field.Protocol(number))];

    /// <summary>ip saddr NETWORK</summary>
    public static Expression[] Source(Cidr network) => [.. SourceOf(network), Compare.Equal(PrefixOf(network))];

    public static Expression[] NotSource(Cidr network) => [.. SourceOf(network), Compare.NotEqual(PrefixOf(network))];

    /// <summary>ip daddr NETWORK</summary>
    public static Expression[] Destination(Cidr network) => [.. DestinationOf(network), Compare.Equal(PrefixOf(network))];

    public static Expression[] NotDestination(Cidr network) => [.. DestinationOf(network), Compare.NotEqual(PrefixOf(network))];

    /// <summary>fib daddr type local: packets to an address of the node.</summary>
    public static Expression[] LocalDestination() => [AddressKind.OfDestination(), Compare.Equal(Field.Number(RTN_LOCAL))];

    /// <summary>meta pkttype broadcast</summary>
    public static Expression[] IsBroadcast() => [Meta.PacketType(), Compare.Equal([PACKET_BROADCAST])];

    /// <summary>ct status dnat: packets of a connection with a translated destination.</summary>
    public static Expression[] HasNewDestination() => AnyBit(Connection.Status(), IPS_DST_NAT);

    /// <summary>ct direction original: packets of the side that opened the connection.</summary>
    public static Expression[] IsFromOriginator() => [Connection.Direction(), Compare.Equal([IP_CT_DIR_ORIGINAL])];

    /// <summary>meta mark and BITS == BITS</summary>
    public static Expression[] Mark(uint bits) =>
        [Meta.Mark(), Bitwise.And(Field.Number(bits)), Compare.Equal(Field.Number(bits))];

    /// <summary>meta mark set mark or BITS</summary>
    public static Expression[] AddMark(uint bits) =>
        [Meta.Mark(), new Bitwise(Field.Number(~bits), Field.Number(bits)), Meta.SetMark()];

    /// <summary>iifname NAME</summary>
    public static Expression[] InputInterface(string name) => [Meta.InputInterfaceName(), Compare.Equal(Field.InterfaceName(name))];

    /// <summary>oifname NAME</summary>
    public static Expression[] OutputInterface(string name) => [Meta.OutputInterfaceName(), Compare.Equal(Field.InterfaceName(name))];

    static Expression[] AnyBit(Expression load, uint bits) =>
        [load, Bitwise.And(Field.Number(bits)), Compare.NotEqual(Field.Number(0))];

    static Expression[] SourceOf(Cidr network) => IsWholeBytes(network)
        ? [Payload.SourcePrefix(network.Address.Family, Bytes(network))]
        : [Payload.SourceAddress(network.Address.Family), Bitwise.And(MaskOf(network))];

    static Expression[] DestinationOf(Cidr network) => IsWholeBytes(network)
        ? [Payload.DestinationPrefix(network.Address.Family, Bytes(network))]
        : [Payload.DestinationAddress(network.Address.Family), Bitwise.And(MaskOf(network))];

    static byte[] PrefixOf(Cidr network) => IsWholeBytes(network)
        ? network.Network.ToBytes()[..(int)Bytes(network)]
        : network.Network.ToBytes();

    /// <summary>Tells whether loading the prefix bytes is enough; a payload of no bytes does not exist.</summary>
    static bool IsWholeBytes(Cidr network) => network.PrefixLength % 8 == 0 && network.PrefixLength > 0;

    static uint Bytes(Cidr network) => (uint)network.PrefixLength / 8;

    static byte[] MaskOf(Cidr network)
    {
        var mask = new byte[network.Address.Bits / 8];
        for (var bit = 0; bit < network.PrefixLength; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return mask;
    }
}

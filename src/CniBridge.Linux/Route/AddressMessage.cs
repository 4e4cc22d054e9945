using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip address add CIDR [broadcast +] [nodad] dev INDEX, or ip address del.</summary>
public sealed record AddressMessage : INetlinkMessage
{
    readonly Cidr _cidr;
    readonly int _index;
    readonly bool _isAdded, _skipsDad;

    AddressMessage(int index, Cidr cidr, bool isAdded, bool skipsDad) =>
        (_index, _cidr, _isAdded, _skipsDad) = (index, cidr, isAdded, skipsDad);

    /// <summary>Creates the request to add an address.</summary>
    /// <param name="index">The index of the link.</param>
    /// <param name="cidr">The address and the prefix length of its network.</param>
    /// <param name="skipsDad">True: the address is usable at once, without IPv6 duplicate address detection.</param>
    public static AddressMessage Add(int index, Cidr cidr, bool skipsDad) => new(index, cidr, true, skipsDad);

    public static AddressMessage Delete(int index, Cidr cidr) => new(index, cidr, false, false);

    public int Tolerated { get; init; }

    public string Operation => _isAdded ? $"add the address {_cidr}" : $"delete the address {_cidr}";
    public ushort Type => _isAdded ? RTM_NEWADDR : RTM_DELADDR;
    public ushort Flags => _isAdded ? (ushort)(NLM_F_CREATE | NLM_F_EXCL) : (ushort)0;

    public void Write(ref MessageWriter writer)
    {
        var flags = _skipsDad && _cidr.Address.IsV6 ? IFA_F_NODAD : 0;
        writer.Struct(new AddressHeader
        {
            Family = RouteSocket.FamilyOf(_cidr.Address),
            PrefixLength = (byte)_cidr.PrefixLength,
            Flags = (byte)flags,
            Index = _index,
        });
        writer.Attribute(IFA_LOCAL, _cidr.Address.ToBytes());
        writer.Attribute(IFA_ADDRESS, _cidr.Address.ToBytes());
        // A /31 or /32 has no broadcast address (RFC 3021).
        if (_isAdded && _cidr.Address.IsV4 && _cidr.PrefixLength < 31)
            writer.Attribute(IFA_BROADCAST, _cidr.Last.ToBytes());
    }
}

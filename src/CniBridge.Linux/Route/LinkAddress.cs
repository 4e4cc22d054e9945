using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>An address of a link as the kernel describes it (RTM_NEWADDR).</summary>
public sealed record LinkAddress(int Index, Cidr Cidr, uint Flags)
{
    /// <summary>True while duplicate address detection is running (RFC 4862).</summary>
    public bool IsTentative => (Flags & IFA_F_TENTATIVE) != 0;

    /// <summary>True if another host has the address.</summary>
    public bool IsDuplicate => (Flags & IFA_F_DADFAILED) != 0;

    internal static LinkAddress Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<AddressHeader>(payload, out var bytes);
        ReadOnlySpan<byte> local = default, address = default;
        uint flags = header.Flags;
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case IFA_LOCAL: local = attributes.Value; break;
                case IFA_ADDRESS: address = attributes.Value; break;
                case IFA_FLAGS: flags = attributes.UInt32; break;
            }
        }
        // IPv6 has only IFA_ADDRESS. On a point-to-point IPv4 link, IFA_ADDRESS is the address of the other end.
        var own = IpAddress.FromWire(local.IsEmpty ? address : local);
        return new LinkAddress(header.Index, Cidr.FromWire(own, header.PrefixLength), flags);
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Conntrack.ConntrackConstants;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Conntrack;

/// <summary>The start of every ctnetlink message.</summary>
static class ConntrackHeader
{
    internal static NetfilterHeader Create(AddressFamily family) =>
        new() { Family = family.IsV6 ? NFPROTO_IPV6 : NFPROTO_IPV4, Version = NFNETLINK_V0 };

    internal static ushort TypeOf(byte message) => (ushort)((NFNL_SUBSYS_CTNETLINK << 8) | message);
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>ip -4 or -6 rule show</summary>
sealed record ListPolicyRules(AddressFamily Family) : INetlinkMessage
{
    public string Operation => "list the policy rules";
    public ushort Type => RTM_GETRULE;
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) =>
        writer.Struct(new RouteHeader { Family = (byte)(Family.IsV6 ? LibC.AF_INET6 : LibC.AF_INET) });
}

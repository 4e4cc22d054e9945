using CniBridge.Linux.Netlink;
using CniBridge.Linux.Route.Protocol;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Route;

/// <summary>A rule that selects a routing table (ip-rule(8)), as the kernel describes it (RTM_NEWRULE).</summary>
/// <param name="Priority">The position: the kernel evaluates the lowest number first.</param>
/// <param name="Table">The routing table; 0 for rules with other actions.</param>
public sealed record PolicyRule(uint Priority, uint Table)
{
    /// <remarks>struct fib_rule_hdr of linux/fib_rules.h has the layout of struct rtmsg.</remarks>
    internal static PolicyRule Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<RouteHeader>(payload, out var bytes);
        uint priority = 0, table = header.Table;
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case FRA_PRIORITY: priority = attributes.UInt32; break;
                case FRA_TABLE: table = attributes.UInt32; break;
            }
        }
        return new PolicyRule(priority, table);
    }
}

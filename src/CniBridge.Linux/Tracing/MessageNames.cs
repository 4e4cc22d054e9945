using System.Globalization;

namespace CniBridge.Linux.Tracing;

/// <summary>The names of message types and flags in the kernel's headers.</summary>
static class MessageNames
{
    static readonly string[] s_control = ["", "NLMSG_NOOP", "NLMSG_ERROR", "NLMSG_DONE", "NLMSG_OVERRUN"];

    /// <summary>The subjects of rtnetlink with the type of RTM_NEW…; RTM_DEL…, RTM_GET… and RTM_SET… follow it.</summary>
    static readonly (ushort First, string Subject)[] s_route =
        [(16, "LINK"), (20, "ADDR"), (24, "ROUTE"), (28, "NEIGH"), (32, "RULE"), (88, "NSID"), (104, "NEXTHOP"), (112, "VLAN")];

    static readonly string[] s_routeVerbs = ["NEW", "DEL", "GET", "SET"];

    static readonly string[] s_nftables =
    [
        "NFT_MSG_NEWTABLE", "NFT_MSG_GETTABLE", "NFT_MSG_DELTABLE", "NFT_MSG_NEWCHAIN", "NFT_MSG_GETCHAIN", "NFT_MSG_DELCHAIN",
        "NFT_MSG_NEWRULE", "NFT_MSG_GETRULE", "NFT_MSG_DELRULE", "NFT_MSG_NEWSET", "NFT_MSG_GETSET", "NFT_MSG_DELSET",
        "NFT_MSG_NEWSETELEM", "NFT_MSG_GETSETELEM", "NFT_MSG_DELSETELEM", "NFT_MSG_NEWGEN", "NFT_MSG_GETGEN",
    ];

    static readonly string[] s_connections = ["IPCTNL_MSG_CT_NEW", "IPCTNL_MSG_CT_GET", "IPCTNL_MSG_CT_DELETE"];

    const int ConnectionSubsystem = 1;
    const int NftablesSubsystem = 10;

    /// <summary>Returns the name of a message type, or its number if the type is not known.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_NETFILTER.</param>
    internal static string GetType(int protocol, ushort type)
    {
        if (type > 0 && type < s_control.Length)
            return s_control[type];
        return (protocol == LibC.NETLINK_ROUTE ? FindRoute(type) : FindNetfilter(type)) ??
            string.Create(CultureInfo.InvariantCulture, $"type 0x{type:x4}");
    }

    static string? FindRoute(ushort type) =>
        Array.Find(s_route, group => group.First == (type & ~3)).Subject is { } subject ? $"RTM_{s_routeVerbs[type & 3]}{subject}" : null;

    static string? FindNetfilter(ushort type) => (type >> 8, type & 0xff) switch
    {
        (0, 16) => "NFNL_MSG_BATCH_BEGIN",
        (0, 17) => "NFNL_MSG_BATCH_END",
        (NftablesSubsystem, var message) when message < s_nftables.Length => s_nftables[message],
        (ConnectionSubsystem, var message) when message < s_connections.Length => s_connections[message],
        _ => null,
    };

    /// <summary>Returns the attributes and the header of a message.</summary>
    /// <param name="family">The first byte of the payload.</param>
    internal static AttributeScope? FindScope(int protocol, ushort type, byte family) =>
        protocol == LibC.NETLINK_ROUTE ? FindRouteScope(type, family) : FindNetfilterScope(type);

    static AttributeScope? FindRouteScope(ushort type, byte family) => (type & ~3) switch
    {
        16 => family == LibC.AF_BRIDGE ? AttributeScope.BridgeLink : AttributeScope.Link,
        20 => AttributeScope.Address,
        24 => AttributeScope.Route,
        28 => AttributeScope.Neighbour,
        88 => AttributeScope.NamespaceId,
        112 => AttributeScope.Vlan,
        _ => null,
    };

    static AttributeScope FindNetfilterScope(ushort type) => (type >> 8, type & 0xff) switch
    {
        (0, 16 or 17) => AttributeScope.Batch,
        (ConnectionSubsystem, _) => AttributeScope.Connection,
        (NftablesSubsystem, <= 2) => AttributeScope.Table,
        (NftablesSubsystem, <= 5) => AttributeScope.Chain,
        (NftablesSubsystem, <= 8) => AttributeScope.Rule,
        (NftablesSubsystem, <= 11) => AttributeScope.Set,
        (NftablesSubsystem, <= 14) => AttributeScope.SetElements,
        (NftablesSubsystem, <= 16) => AttributeScope.Generation,
        _ => AttributeScope.OtherNetfilter,
    };

    static readonly (ushort Flag, string Name)[] s_common =
    [
        (0x1, "NLM_F_REQUEST"), (0x2, "NLM_F_MULTI"), (0x4, "NLM_F_ACK"), (0x8, "NLM_F_ECHO"), (0x10, "NLM_F_DUMP_INTR"),
        (0x20, "NLM_F_DUMP_FILTERED"),
    ];

    static readonly (ushort Flag, string Name)[] s_ofNew =
        [(0x100, "NLM_F_REPLACE"), (0x200, "NLM_F_EXCL"), (0x400, "NLM_F_CREATE"), (0x800, "NLM_F_APPEND")];

    static readonly (ushort Flag, string Name)[] s_ofDelete = [(0x100, "NLM_F_NONREC"), (0x200, "NLM_F_BULK")];

    static readonly (ushort Flag, string Name)[] s_ofGet =
        [(0x100, "NLM_F_ROOT"), (0x200, "NLM_F_MATCH"), (0x400, "NLM_F_ATOMIC")];

    static readonly (ushort Flag, string Name)[] s_ofAnswer = [(0x100, "NLM_F_CAPPED"), (0x200, "NLM_F_ACK_TLVS")];

    /// <summary>Returns the names of the flags of a message. The meaning of the upper bits depends on the message type.</summary>
    /// <param name="typeName">The result of <see cref="GetType(int, ushort)"/>.</param>
    internal static string GetFlags(string typeName, ushort flags)
    {
        if (flags == 0)
            return "no flags";
        var names = new List<string>();
        foreach (var (flag, name) in (ReadOnlySpan<(ushort, string)>)[.. s_common, .. FindUpper(typeName)])
        {
            if ((flags & flag) == 0)
                continue;
            names.Add(name);
            flags ^= flag;
        }
        if (flags != 0)
            names.Add(string.Create(CultureInfo.InvariantCulture, $"0x{flags:x}"));
        return string.Join(" | ", names).Replace("NLM_F_ROOT | NLM_F_MATCH", "NLM_F_DUMP", StringComparison.Ordinal);
    }

    static (ushort Flag, string Name)[] FindUpper(string typeName)
    {
        if (typeName.StartsWith("NLMSG_", StringComparison.Ordinal))
            return s_ofAnswer;
        if (typeName.Contains("_GET", StringComparison.Ordinal))
            return s_ofGet;
        return typeName.Contains("_DEL", StringComparison.Ordinal) ? s_ofDelete : s_ofNew;
    }
}

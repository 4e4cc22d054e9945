namespace CniBridge.Lab.Captures;

/// <summary>The names of message types and flags.</summary>
static class MessageType
{
    const int ConnectionSubsystem = 1;
    const int NftablesSubsystem = 10;

    static readonly string[] Control = ["", "NLMSG_NOOP", "NLMSG_ERROR", "NLMSG_DONE", "NLMSG_OVERRUN"];

    static readonly string[] CommonFlags =
        ["NLM_F_REQUEST", "NLM_F_MULTI", "NLM_F_ACK", "NLM_F_ECHO", "NLM_F_DUMP_INTR", "NLM_F_DUMP_FILTERED", "", ""];

    /// <summary>Returns the name of a type, without its subsystem.</summary>
    /// <param name="isNetfilter">True for a socket of NETLINK_NETFILTER.</param>
    public static string NameOf(ushort type, bool isNetfilter)
    {
        if (type < Control.Length)
        {
            return Control[type];
        }

        var name = (type >> 8, isNetfilter) switch
        {
            (_, false) => KernelHeaders.Find("RTM_NEWLINK")?.GetValueOrDefault(type),
            (NftablesSubsystem, _) => KernelHeaders.Find("NFT_MSG_NEWTABLE")?.GetValueOrDefault(type & 0xff),
            (ConnectionSubsystem, _) => KernelHeaders.Find("IPCTNL_MSG_CT_NEW")?.GetValueOrDefault(type & 0xff),
            (0, _) => type switch { 16 => "NFNL_MSG_BATCH_BEGIN", 17 => "NFNL_MSG_BATCH_END", _ => null },
            _ => null,
        };
        return name ?? $"{type}";
    }

    /// <summary>Returns the comment of the field nlmsg_type.</summary>
    public static string Comment(ushort type, bool isNetfilter)
    {
        var name = NameOf(type, isNetfilter);
        return (isNetfilter, type >> 8) switch
        {
            (true, NftablesSubsystem) => $"NFNL_SUBSYS_NFTABLES, {name}",
            (true, ConnectionSubsystem) => $"NFNL_SUBSYS_CTNETLINK, {name}",
            _ => name,
        };
    }

    /// <summary>Returns the names of flags. The meaning of the upper ones depends on the message type.</summary>
    /// <param name="type">The result of <see cref="NameOf"/>.</param>
    public static string Flags(string type, ushort flags)
    {
        string[] upper = type switch
        {
            _ when type.StartsWith("NLMSG_", StringComparison.Ordinal) => ["NLM_F_CAPPED", "NLM_F_ACK_TLVS"],
            _ when IsRequestForData(type) => ["NLM_F_ROOT", "NLM_F_MATCH", "NLM_F_ATOMIC"],
            _ when type.Contains("_DEL", StringComparison.Ordinal) => ["NLM_F_NONREC", "NLM_F_BULK"],
            _ => ["NLM_F_REPLACE", "NLM_F_EXCL", "NLM_F_CREATE", "NLM_F_APPEND"],
        };
        string[] all = [.. CommonFlags, .. upper];
        var names = Enumerable.Range(0, 16).Where(bit => (flags & (1 << bit)) != 0)
            .Select(bit => bit < all.Length && all[bit].Length > 0 ? all[bit] : $"0x{1 << bit:x}");
        var text = string.Join(" | ", names).Replace("NLM_F_ROOT | NLM_F_MATCH", "NLM_F_DUMP", StringComparison.Ordinal);
        return text.Length == 0 ? "0" : text;
    }

    /// <summary>Returns whether a message changes nothing.</summary>
    public static bool IsRequestForData(string type) => type.Contains("_GET", StringComparison.Ordinal);
}

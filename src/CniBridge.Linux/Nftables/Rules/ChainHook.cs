using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>The place of a base chain in the packet's path: type TYPE hook NUMBER priority PRIORITY.</summary>
public sealed record ChainHook(string Type, uint Number, int Priority)
{
    /// <summary>type nat hook prerouting priority dstnat</summary>
    public static ChainHook NatPrerouting => new("nat", NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST);

    /// <summary>type nat hook output priority -100: packets that the node itself sends</summary>
    public static ChainHook NatOutput => new("nat", NF_INET_LOCAL_OUT, NF_IP_PRI_NAT_DST);

    /// <summary>type nat hook postrouting priority srcnat</summary>
    public static ChainHook NatPostrouting => new("nat", NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC);

    /// <summary>type filter hook prerouting priority raw: before any address is translated</summary>
    public static ChainHook RawPrerouting => new("filter", NF_INET_PRE_ROUTING, NF_IP_PRI_RAW);

    public static ChainHook FilterInput => new("filter", NF_INET_LOCAL_IN, NF_IP_PRI_FILTER);
    public static ChainHook FilterForward => new("filter", NF_INET_FORWARD, NF_IP_PRI_FILTER);
    public static ChainHook FilterOutput => new("filter", NF_INET_LOCAL_OUT, NF_IP_PRI_FILTER);

    /// <summary>type filter hook prerouting priority dstnat in family bridge: before the bridge learns or forwards a frame</summary>
    public static ChainHook BridgePrerouting => new("filter", NF_BR_PRE_ROUTING, NF_BR_PRI_NAT_DST_BRIDGED);

    /// <summary>type filter hook forward priority filter in family bridge</summary>
    public static ChainHook BridgeForward => new("filter", NF_BR_FORWARD, NF_BR_PRI_FILTER_BRIDGED);

    /// <summary>True for the forward hook of the families ip, ip6 and inet, which sees every packet that the node forwards.</summary>
    public bool IsForward => Number == NF_INET_FORWARD;

    internal void Write(ref MessageWriter writer)
    {
        var hook = writer.BeginNest(NFTA_CHAIN_HOOK);
        writer.BigEndian(NFTA_HOOK_HOOKNUM, Number);
        writer.BigEndian(NFTA_HOOK_PRIORITY, (uint)Priority);
        writer.End(hook);
    }

    internal static ChainHook Decode(string type, AttributeReader attributes)
    {
        uint number = 0;
        var priority = 0;
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NFTA_HOOK_HOOKNUM: number = attributes.UInt32BigEndian; break;
                case NFTA_HOOK_PRIORITY: priority = (int)attributes.UInt32BigEndian; break;
            }
        }
        return new ChainHook(type, number, priority);
    }
}

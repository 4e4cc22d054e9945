using CniBridge.Linux.Addresses;
using CniBridge.Linux.Conntrack;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.Tests.Nftables;
using CniBridge.Linux.Tests.Nftables.Evaluation;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;
using static CniBridge.Linux.Route.Protocol.RouteConstants;

namespace CniBridge.Linux.Tests.Netlink;

/// <summary>Datagrams of the kernel, decoded by the product's readers.</summary>
static class Answer
{
    /// <summary>Decodes every message of a datagram of Captures/answers.</summary>
    internal static List<T> Decode<T>(string capture, NetlinkSocket.Decoder<T> decode)
    {
        var items = new List<T>();
        var reader = new MessageReader(Golden.Capture("answers/" + capture));
        while (reader.Read())
            items.Add(decode(reader.Payload));
        return items;
    }

    /// <summary>Returns the payload and flags of a capture of one message.</summary>
    internal static byte[] Payload(string capture, out ushort flags)
    {
        var reader = new MessageReader(Golden.Capture("answers/" + capture));
        Assert.True(reader.Read());
        flags = reader.Flags;
        return reader.Payload.ToArray();
    }

    /// <summary>Decodes all messages of a datagram, each by its type.</summary>
    internal static void DecodeAll(ReadOnlySpan<byte> datagram)
    {
        var reader = new MessageReader(datagram);
        while (reader.Read())
            DecodeByType(reader.Type, reader.Flags, reader.Payload);
    }

    const int NftMessages = NetfilterConstants.NFNL_SUBSYS_NFTABLES << 8;

    const int ConntrackMessages = ConntrackConstants.NFNL_SUBSYS_CTNETLINK << 8;

    /// <summary>Reads the attributes of the expressions, which are decoded only for comparison or evaluation.</summary>
    static void Look(RuleEntry rule)
    {
        _ = RuleEvaluationTests.Run(new PacketSketch(Family: AddressFamily.IPv4), rule);
        foreach (var ours in Rulesets.Masquerade().Messages.Concat(Rulesets.HostPorts().Messages).OfType<NewRule>())
            _ = rule.Does(ours.Expressions);
    }

    internal static void DecodeByType(ushort type, ushort flags, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case NLMSG_ERROR: _ = Acknowledgement.Decode(payload, flags); break;
            case RTM_NEWLINK: _ = (Link.Decode(payload), LinkVlans.Decode(payload, index: 4)); break;
            case RTM_NEWADDR: _ = LinkAddress.Decode(payload).Cidr.ToString(); break;
            case RTM_NEWVLAN: _ = PortVlan.Decode(payload); break;
            case RTM_NEWROUTE: _ = RouteEntry.Decode(payload).Destination.ToString(); break;
            case ConntrackMessages | ConntrackConstants.IPCTNL_MSG_CT_NEW: _ = ConntrackEntry.Decode(payload); break;
            case NftMessages | NFT_MSG_NEWTABLE: _ = TableEntry.Decode(payload); break;
            case NftMessages | NFT_MSG_NEWCHAIN: _ = ChainEntry.Decode(payload); break;
            case NftMessages | NFT_MSG_NEWRULE: Look(RuleEntry.Decode(payload)); break;
            case NftMessages | NFT_MSG_NEWSET: _ = SetEntry.Decode(payload); break;
            case NftMessages | NFT_MSG_NEWSETELEM: _ = SetElement.DecodeList(payload); break;
        }
    }
}

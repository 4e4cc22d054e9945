using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Tests.Nftables.Rulesets;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>
/// Tests of requests for objects against those of nft. nft requests an acknowledgement (NLM_F_ACK) after an answer of one message, which we
/// do not need. The padding of its names is not always zero.
/// </summary>
public sealed class LookUpTests
{
    public static TheoryData<string, INetlinkMessage> One => new()
    {
        { "nft-get-table", new GetTable(Cni) },
        { "nft-get-chain", new GetChain(Cni.Chain("leaving")) },
        { "nft-get-set", new GetSet(Cni.Set("inside")) },
        { "nft-get-element", new GetElement(Cni.Set("pods"), Field.Address(IpAddress.Parse("10.1.0.7"))) },
    };

    public static TheoryData<string, INetlinkMessage> Many => new()
    {
        { "nft-list-tables", new ListTables(TableFamily.Any) },
        { "nft-list-chains", new ListChains(TableFamily.Any) },
        { "nft-list-rules", new ListRules(Cni.Chain("leaving")) },
        { "nft-list-sets", new ListSets(Cni) },
        { "nft-list-elements", new ListElements(Cni.Set("inside")) },
    };

    [Theory]
    [MemberData(nameof(One), DisableDiscoveryEnumeration = true)]
    public void A_get_request_equals_that_of_nft(string capture, INetlinkMessage message) =>
        NftCapture.AssertSameRequest(capture, message, NLM_F_ACK);

    [Theory]
    [MemberData(nameof(Many), DisableDiscoveryEnumeration = true)]
    public void A_list_request_equals_that_of_nft(string capture, INetlinkMessage message) =>
        NftCapture.AssertSameRequest(capture, message, NLM_F_DUMP);
}

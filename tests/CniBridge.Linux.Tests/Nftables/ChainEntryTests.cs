using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class ChainEntryTests
{
    [Fact]
    public void Chains_with_and_without_a_hook_are_decoded()
    {
        var chains = Answer.Decode("nft-chains", ChainEntry.Decode);
        Assert.Equal(
            [
                new ChainEntry(TableFamily.IPv4, "cni", "leaving") { Handle = 1, Comment = "what leaves" },
                new ChainEntry(TableFamily.IPv4, "cni", "postrouting")
                {
                    Handle = 2,
                    Hook = ChainHook.NatPostrouting,
                    Policy = Verdict.Accept,
                    Comment = "from the kernel",
                },
            ],
            chains);
    }

    [Fact]
    public void A_negative_priority_stays_negative()
    {
        var chain = ChainEntry.Decode(Golden.Bytes(
            """
            07 00 00 00               ; NFPROTO_BRIDGE
            14 00 04 00               ; NFTA_CHAIN_HOOK
              08 00 01 00 00 00 00 00 ; NFTA_HOOK_HOOKNUM
              08 00 02 00 ff ff fe d4 ; NFTA_HOOK_PRIORITY -300
            0b 00 07 00 66 69 6c 74 65 72 00 00 ; NFTA_CHAIN_TYPE "filter"
            """));
        Assert.Equal(ChainHook.BridgePrerouting, chain.Hook);
    }
}

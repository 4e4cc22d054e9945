using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>The decision about a packet.</summary>
/// <param name="Code">NF_* or NFT_*. The kernel may report other values.</param>
/// <param name="Chain">The target of a jump or goto, in the same table; otherwise null.</param>
public sealed record Verdict(int Code, string? Chain = null)
{
    public static Verdict Accept => new(NF_ACCEPT);
    public static Verdict Drop => new(NF_DROP);
    public static Verdict Return => new(NFT_RETURN);

    /// <summary>Continues with the next rule after the end of the target chain.</summary>
    public static Verdict Jump(ChainName chain) => new(NFT_JUMP, chain.Name);

    /// <summary>Does not return to this chain after the end of the target chain.</summary>
    public static Verdict Goto(ChainName chain) => new(NFT_GOTO, chain.Name);
}

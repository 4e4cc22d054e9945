using static CniBridge.Linux.Nftables.NetfilterConstants;
using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>What becomes of a packet.</summary>
/// <param name="Code">NF_* or NFT_*; what the kernel reports may be others.</param>
/// <param name="Chain">Of a jump: a chain of the same table.</param>
public sealed record Verdict(int Code, string? Chain = null)
{
    public static Verdict Accept => new(NF_ACCEPT);
    public static Verdict Drop => new(NF_DROP);
    public static Verdict Return => new(NFT_RETURN);

    /// <summary>Goes on after the rule when the chain has ended.</summary>
    public static Verdict Jump(ChainName chain) => new(NFT_JUMP, chain.Name);

    /// <summary>Never comes back.</summary>
    public static Verdict Goto(ChainName chain) => new(NFT_GOTO, chain.Name);
}

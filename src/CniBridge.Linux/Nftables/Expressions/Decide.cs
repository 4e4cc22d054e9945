using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>
/// Ends a rule with a verdict: accept, drop, return, jump, goto. The kernel's form is an immediate for the verdict register.
/// </summary>
public sealed record Decide(Verdict Verdict) : Expression
{
    internal override string Name => "immediate";

    internal override void WriteData(ref MessageWriter writer)
    {
        writer.BigEndian(NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
        NftData.Write(ref writer, NFTA_IMMEDIATE_DATA, Verdict);
    }
}

using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>
/// Registers have two names, for there were four of sixteen bytes before there were sixteen of four. Where the old name is
/// possible the kernel uses it (nft_dump_register), and so do nft and we.
/// </summary>
static class Register
{
    const int WordsPerOld = NFT_REG_SIZE / NFT_REG32_SIZE;

    internal static uint NumberOf(int word) =>
        word % WordsPerOld == 0 ? NFT_REG_1 + (uint)(word / WordsPerOld) : NFT_REG32_00 + (uint)word;
}

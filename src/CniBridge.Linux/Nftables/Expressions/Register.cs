using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>
/// The two names of a register: the kernel first had four registers of 16 bytes, then 16 of four bytes. It lists the old name
/// where one exists (nft_dump_register); nft and this program do the same.
/// </summary>
static class Register
{
    const int WordsPerOld = NFT_REG_SIZE / NFT_REG32_SIZE;

    internal static uint NumberOf(int word) =>
        word % WordsPerOld == 0 ? NFT_REG_1 + (uint)(word / WordsPerOld) : NFT_REG32_00 + (uint)word;
}

using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The 64 bytes of registers during the evaluation of a rule; both names of a register are understood.</summary>
sealed class RegisterFile
{
    const int Size = 4 * NFT_REG_SIZE;

    KnownBytes _bytes = KnownBytes.Nothing(Size);

    internal KnownBytes Load(uint register, int length) => _bytes.Slice(OffsetOf(register, length), length);

    internal void Store(uint register, KnownBytes bytes)
    {
        if (bytes.Length == 0)
            Forget();
        var offset = OffsetOf(register, bytes.Length);
        bytes.Values.CopyTo(_bytes.Values, offset);
        bytes.Mask.CopyTo(_bytes.Mask, offset);
    }

    /// <summary>Marks all registers as unknown, because an expression may have stored anything anywhere.</summary>
    internal void Forget() => _bytes = KnownBytes.Nothing(Size);

    static int OffsetOf(uint register, int length)
    {
        var offset = register < NFT_REG32_00
            ? ((long)register - NFT_REG_1) * NFT_REG_SIZE
            : ((long)register - NFT_REG32_00) * NFT_REG32_SIZE;
        return offset >= 0 && offset + length <= Size
            ? (int)offset
            : throw new InvalidDataException($"{length} bytes in register {register} of a rule");
    }
}

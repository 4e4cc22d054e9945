using static CniBridge.Linux.Nftables.Expressions.ExpressionConstants;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The registers of a rule on its way: 64 bytes, by both of their names.</summary>
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

    /// <summary>Something was stored, who knows where.</summary>
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

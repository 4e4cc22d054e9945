using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>Bytes of which each bit is known or unknown.</summary>
/// <param name="Values">The values; unknown bits are zero.</param>
/// <param name="Mask">A one for each known bit.</param>
readonly record struct KnownBytes(byte[] Values, byte[] Mask)
{
    /// <summary>A value of which even the length is unknown.</summary>
    internal static KnownBytes Unknown => new([], []);

    internal static KnownBytes Nothing(int length) => new(new byte[length], new byte[length]);

    internal static KnownBytes All(byte[] values) => new(values, Ones(values.Length));

    /// <summary>Returns an address of which only the bits of the prefix are known.</summary>
    internal static KnownBytes Prefix(Cidr range)
    {
        var values = range.Network.ToBytes();
        var mask = new byte[values.Length];
        for (var bit = 0; bit < range.PrefixLength; bit++)
            mask[bit / 8] |= (byte)(0x80 >> (bit % 8));
        return new KnownBytes(values, mask);
    }

    internal int Length => Values.Length;

    internal bool AreAllKnown => !Mask.AsSpan().ContainsAnyExcept((byte)0xff);

    internal KnownBytes Slice(int offset, int length) =>
        new(Values[offset..(offset + length)], Mask[offset..(offset + length)]);

    /// <summary>Returns (bytes &amp; MASK) ^ XOR. Bits outside the mask become known.</summary>
    internal KnownBytes Change(byte[] mask, byte[] xor)
    {
        var (values, known) = ((byte[])Values.Clone(), (byte[])Mask.Clone());
        for (var i = 0; i < values.Length; i++)
        {
            known[i] |= (byte)~mask[i];
            values[i] = (byte)(((values[i] & mask[i]) ^ xor[i]) & known[i]);
        }
        return new KnownBytes(values, known);
    }

    /// <summary>Returns the bytes with the order within each unit of <paramref name="size"/> bytes reversed.</summary>
    internal KnownBytes Swap(int size)
    {
        var (values, known) = ((byte[])Values.Clone(), (byte[])Mask.Clone());
        for (var i = 0; i + size <= values.Length; i += size)
        {
            Array.Reverse(values, i, size);
            Array.Reverse(known, i, size);
        }
        return new KnownBytes(values, known);
    }

    /// <summary>Compares with a value: one known bit that differs is enough for No.</summary>
    internal MatchResult IsEqual(byte[] other)
    {
        for (var i = 0; i < other.Length; i++)
        {
            if (((Values[i] ^ other[i]) & Mask[i]) != 0)
                return MatchResult.No;
        }
        return AreAllKnown ? MatchResult.Yes : MatchResult.Maybe;
    }

    static byte[] Ones(int length)
    {
        var ones = new byte[length];
        Array.Fill(ones, (byte)0xff);
        return ones;
    }
}

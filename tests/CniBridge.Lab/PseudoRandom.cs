using System.Globalization;

namespace CniBridge.Lab;

/// <summary>Numbers that look random and are the same for the same seed: xorshift, 32 bit.</summary>
sealed class PseudoRandom(int seed)
{
    uint state = ((uint)seed * 2654435761) | 1;

    public int Seed => seed;

    /// <summary>Another one each time, or what CNI_BRIDGE_SEED says, to see a failure again.</summary>
    public static PseudoRandom Create() =>
        new(int.TryParse(Environment.GetEnvironmentVariable("CNI_BRIDGE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Environment.TickCount);

    /// <summary>From 0 to below the limit.</summary>
    public int Next(int limit)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return (int)(state % (uint)limit);
    }
}

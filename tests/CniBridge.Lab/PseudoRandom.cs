using System.Globalization;

namespace CniBridge.Lab;

/// <summary>Pseudo-random numbers that are the same for the same seed: xorshift, 32 bit.</summary>
sealed class PseudoRandom(int seed)
{
    uint state = ((uint)seed * 2654435761) | 1;

    public int Seed => seed;

    /// <summary>Creates a generator with a new seed, or with CNI_BRIDGE_SEED to repeat a failure.</summary>
    public static PseudoRandom Create() =>
        new(int.TryParse(Environment.GetEnvironmentVariable("CNI_BRIDGE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Environment.TickCount);

    /// <summary>Returns a number from 0 to below the limit.</summary>
    public int Next(int limit)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return (int)(state % (uint)limit);
    }
}

namespace CniBridge.Plugins.Tests;

/// <summary>Pseudo-random numbers that are the same in every run: xorshift, 32 bit.</summary>
sealed class PseudoRandom(int seed)
{
    uint _state = (uint)seed * 2654435761;

    /// <summary>Returns a number from 0 to below the limit.</summary>
    internal int Next(int limit)
    {
        _state ^= _state << 13;
        _state ^= _state >> 17;
        _state ^= _state << 5;
        return (int)(_state % (uint)limit);
    }
}

using System.Globalization;
using System.Text;

namespace CniBridge.Plugins.Hashing;

/// <summary>FNV-1a with 64 bits. It is equal on all machines and in all versions; the framework's string hash is not.</summary>
static class StableHash
{
    internal static ulong Compute(string text)
    {
        var hash = 0xcbf29ce484222325;
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 0x100000001b3;
        return hash;
    }

    /// <summary>Returns eight hex digits for use in names.</summary>
    internal static string ShortOf(string text)
    {
        var hash = Compute(text);
        return ((uint)(hash >> 32) ^ (uint)hash).ToString("x8", CultureInfo.InvariantCulture);
    }
}

using System.Globalization;
using System.Security.Cryptography;

namespace CniBridge.Plugins.Tests.Fuzzing;

/// <summary>The seeds of fuzzing: a constant one, and one that is random or given by the environment.</summary>
static class FuzzSeed
{
    internal const string Variable = "CNI_BRIDGE_FUZZ_SEED";

    internal static IReadOnlyList<int> All { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given
        ? [int.Parse(given, CultureInfo.InvariantCulture)]
        : [1, 2 + RandomNumberGenerator.GetInt32(1_000_000_000)];
}

namespace CniBridge.Conventions.Tests;

/// <summary>The assertion that prints every violation; xunit's own prints the first few.</summary>
static class Violations
{
    /// <summary>Fails with one line for each item.</summary>
    internal static void AssertNone<T>(IEnumerable<T> violations)
    {
        var lines = violations.Select(violation => $"{violation}").ToList();
        if (lines.Count > 0)
            Assert.Fail($"{lines.Count} violations:\n{string.Join('\n', lines)}");
    }
}

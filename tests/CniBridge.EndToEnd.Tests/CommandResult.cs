using System.Text.Json;

namespace CniBridge.EndToEnd.Tests;

/// <summary>What a process left: its exit code and everything it wrote.</summary>
sealed record CommandResult(string CommandLine, int ExitCode, string Stdout, string Stderr)
{
    public JsonElement Json
    {
        get
        {
            // ip prints nothing at all, not [], when a table is empty.
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(Stdout) ? "[]" : Stdout);
            return document.RootElement.Clone();
        }
    }

    /// <summary>The same result, when the process succeeded; otherwise the test fails with all that is known.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, ToString());
        return this;
    }

    public override string ToString() =>
        $"{CommandLine}\nexit code {ExitCode}\nstdout: {Stdout}\nstderr: {Stderr}";
}

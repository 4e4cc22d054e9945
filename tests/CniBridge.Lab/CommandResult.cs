using System.Text.Json;

namespace CniBridge.Lab;

/// <summary>The result of a process: its exit code and its outputs.</summary>
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

    /// <summary>Returns the result. Throws if the process failed.</summary>
    /// <exception cref="LabException">It did not; the message is all that is known.</exception>
    public CommandResult Succeeded() => ExitCode == 0 ? this : throw new LabException(ToString());

    public override string ToString() =>
        $"{CommandLine}\nexit code {ExitCode}\nstdout: {Stdout}\nstderr: {Stderr}";
}

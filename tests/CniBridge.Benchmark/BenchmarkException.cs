namespace CniBridge.Benchmark;

/// <summary>The error for a failed plugin or a wrong result, which makes a measurement useless.</summary>
sealed class BenchmarkException(string message) : Exception(message)
{
    internal static BenchmarkException Of(string what, ProcessOutcome outcome) => new(
        $"{what}: exit code {outcome.ExitCode}\nstdout: {outcome.Output}\nstderr: {outcome.Errors}");
}

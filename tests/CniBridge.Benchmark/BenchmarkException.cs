namespace CniBridge.Benchmark;

/// <summary>A plugin failed, or did not do what it said: there is nothing to measure then.</summary>
sealed class BenchmarkException(string message) : Exception(message)
{
    internal static BenchmarkException Of(string what, ProcessOutcome outcome) => new(
        $"{what}: exit code {outcome.ExitCode}\nstdout: {outcome.Output}\nstderr: {outcome.Errors}");
}

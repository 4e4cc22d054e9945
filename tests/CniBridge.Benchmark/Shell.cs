namespace CniBridge.Benchmark;

/// <summary>Scripts of the shell that prepare a measurement.</summary>
static class Shell
{
    /// <summary>Runs a script and returns its standard output.</summary>
    /// <exception cref="BenchmarkException">A command failed.</exception>
    internal static string Run(string script)
    {
        using var process = new PluginProcess(["/bin/sh", "-ec", script], ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], "");
        process.Start();
        var outcome = process.Finish();
        return outcome.ExitCode == 0 ? outcome.Output : throw BenchmarkException.Of(script, outcome);
    }
}

namespace CniBridge.CommandLine;

/// <summary>The exit codes of the operator's commands.</summary>
static class ExitCode
{
    internal const int Success = 0;

    /// <summary>The command failed.</summary>
    internal const int Error = 1;

    /// <summary>The command succeeded and reports something that the operator should look at.</summary>
    internal const int Findings = 2;

    /// <summary>The reader of the output closed its end of the pipe. A shell reports the same code after SIGPIPE (128 + 13).</summary>
    internal const int ClosedPipe = 141;
}

namespace CniBridge.Commands;

/// <summary>What scripts can go by.</summary>
static class ExitCode
{
    internal const int Fine = 0;

    /// <summary>It could not be done.</summary>
    internal const int Error = 1;

    /// <summary>It was done, and there is something to look at.</summary>
    internal const int Findings = 2;

    /// <summary>The reader of the output closed its end of the pipe: what a shell reports of a program that SIGPIPE ended.</summary>
    internal const int ClosedPipe = 141;
}

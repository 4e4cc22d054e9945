namespace CniBridge.Commands;

/// <summary>What scripts can go by.</summary>
static class ExitCode
{
    internal const int Fine = 0;

    /// <summary>It could not be done.</summary>
    internal const int Error = 1;

    /// <summary>It was done, and there is something to look at.</summary>
    internal const int Findings = 2;
}

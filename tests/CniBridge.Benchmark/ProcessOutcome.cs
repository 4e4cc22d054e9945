namespace CniBridge.Benchmark;

/// <summary>
/// The cost and the output of a plugin process: milliseconds of wall time, and of processor time with its child processes.
/// </summary>
readonly record struct ProcessOutcome(
    int ExitCode, double Wall, double Cpu, long PeakKilobytes, string Output, string Errors);

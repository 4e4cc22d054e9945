namespace CniBridge.Benchmark;

/// <summary>What a plugin process cost and said: milliseconds, the CPU's with the processes it waited for.</summary>
readonly record struct ProcessOutcome(
    int ExitCode, double Wall, double Cpu, long PeakKilobytes, string Output, string Errors);

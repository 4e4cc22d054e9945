namespace CniBridge.Benchmark;

/// <summary>The measured times of one contender and verb in milliseconds, in the order of the rounds.</summary>
sealed class Measurements
{
    internal List<double> Walls { get; } = [];
    internal List<double> Cpus { get; } = [];

    /// <summary>The largest memory in kilobytes of the runs with a measurement of memory. 0 if there was none.</summary>
    internal long PeakKilobytes { get; private set; }

    internal void Add(double wall, double cpu)
    {
        Walls.Add(wall);
        Cpus.Add(cpu);
    }

    internal void AddMemory(ProcessOutcome outcome) => PeakKilobytes = Math.Max(PeakKilobytes, outcome.PeakKilobytes);
}

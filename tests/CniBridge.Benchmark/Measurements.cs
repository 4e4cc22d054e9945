namespace CniBridge.Benchmark;

/// <summary>What was measured of one contender and verb, in the order of the rounds: times in milliseconds.</summary>
sealed class Measurements
{
    internal List<double> Walls { get; } = [];
    internal List<double> Cpus { get; } = [];

    /// <summary>The largest of the runs that memory was measured in; 0: none.</summary>
    internal long PeakKilobytes { get; private set; }

    internal void Add(double wall, double cpu)
    {
        Walls.Add(wall);
        Cpus.Add(cpu);
    }

    internal void AddMemory(ProcessOutcome outcome) => PeakKilobytes = Math.Max(PeakKilobytes, outcome.PeakKilobytes);
}

using CniBridge.Plugins.Operations;
using CniBridge.Plugins.Timing;

namespace CniBridge.Node.Inspection;

/// <summary>The durations of one phase of one kind of call.</summary>
/// <param name="Phase">Null for the complete call.</param>
/// <param name="Count">The number of successful calls.</param>
/// <param name="Median">The median in microseconds.</param>
/// <param name="Percentile99">The 99th percentile in microseconds.</param>
public sealed record OperationTimes(string Verb, string Plugin, Phase? Phase, int Count, long Median, long Percentile99)
{
    /// <summary>
    /// Returns the durations of the successful calls: for each kind its phases in order, then the complete call. A phase that a call
    /// did not reach counts as 0.
    /// </summary>
    public static IReadOnlyList<OperationTimes> Create(IEnumerable<Operation> operations)
    {
        var all = new List<OperationTimes>();
        var kinds = operations.Where(one => one.Error is null).GroupBy(one => $"{one.Plugin} {one.Verb}");
        foreach (var kind in kinds.OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            Operation[] calls = [.. kind];
            foreach (var phase in Enum.GetValues<Phase>())
            {
                var times = Array.ConvertAll(
                    calls, call => (int)phase < call.PhaseMicroseconds.Count ? call.PhaseMicroseconds[(int)phase] : 0);
                if (Array.Exists(times, time => time > 0))
                    all.Add(Make(calls[0], phase, times));
            }
            all.Add(Make(calls[0], null, Array.ConvertAll(calls, call => call.Microseconds)));
        }
        return all;
    }

    static OperationTimes Make(Operation kind, Phase? phase, long[] times)
    {
        Array.Sort(times);
        return new OperationTimes(kind.Verb, kind.Plugin, phase, times.Length, At(times, 0.5), At(times, 0.99));
    }

    /// <summary>Returns the percentile by the nearest-rank method.</summary>
    static long At(long[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];
}

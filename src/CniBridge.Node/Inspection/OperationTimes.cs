using CniBridge.Plugins.Operations;

namespace CniBridge.Node.Inspection;

/// <summary>How long one phase of one kind of call took.</summary>
/// <param name="Phase">Null: the whole call.</param>
/// <param name="Count">Calls that succeeded.</param>
/// <param name="Median">Microseconds; half of the calls took no longer.</param>
/// <param name="Percentile99">Microseconds; of a hundred calls, one took longer.</param>
public sealed record OperationTimes(string Verb, string Plugin, Phase? Phase, int Count, long Median, long Percentile99)
{
    /// <summary>Of the calls that succeeded: phases in their order, the whole last. Those that a call did not come to count as nothing.</summary>
    public static IReadOnlyList<OperationTimes> Of(IEnumerable<Operation> operations)
    {
        var all = new List<OperationTimes>();
        foreach (var kind in operations.Where(one => one.Error is null).GroupBy(one => $"{one.Plugin} {one.Verb}").OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            Operation[] calls = [.. kind];
            foreach (var phase in Enum.GetValues<Phase>())
            {
                var times = Array.ConvertAll(calls, call => (int)phase < call.PhaseMicroseconds.Count ? call.PhaseMicroseconds[(int)phase] : 0);
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

    /// <summary>The nearest rank.</summary>
    static long At(long[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];
}

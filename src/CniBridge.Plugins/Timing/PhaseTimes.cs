using System.Diagnostics;

namespace CniBridge.Plugins.Timing;

/// <summary>The duration of each phase of a call. The clock needs no system call (vdso), so reading it costs nothing.</summary>
public sealed class PhaseTimes
{
    internal static int Count { get; } = (int)Phase.Rest + 1;

    readonly long _start = Stopwatch.GetTimestamp();
    readonly long[] _ticks = new long[Count];
    long _last;

    /// <summary>Adds the time since the last call of this method to a phase. A phase may end several times.</summary>
    public void End(Phase phase)
    {
        var now = Stopwatch.GetTimestamp();
        _ticks[(int)phase] += now - (_last == 0 ? _start : _last);
        _last = now;
    }

    internal long[] Microseconds() => Array.ConvertAll(_ticks, ToMicroseconds);

    internal long TotalMicroseconds => ToMicroseconds(Stopwatch.GetTimestamp() - _start);

    static long ToMicroseconds(long ticks) => ticks * 1_000_000 / Stopwatch.Frequency;
}

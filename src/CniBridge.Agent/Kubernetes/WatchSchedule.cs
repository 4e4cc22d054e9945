namespace CniBridge.Agent.Kubernetes;

/// <summary>The times at which a watch starts, ends and is retried. Random parts spread the requests of a cluster's agents.</summary>
sealed class WatchSchedule
{
    TimeSpan _pause;
    bool _hasRelisted;

    /// <summary>The first list is asked for at a random time before this.</summary>
    internal TimeSpan MaxStartDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The pause after the first failure; each failure doubles it.</summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    internal TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A watch that stood this long was a success: the next failure is the first one again.</summary>
    internal TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(5);

    internal TimeSpan ShortestWatch { get; init; } = TimeSpan.FromSeconds(240);

    internal TimeSpan LongestWatch { get; init; } = TimeSpan.FromSeconds(360);

    /// <summary>Returns a random duration for the next watch.</summary>
    internal TimeSpan NextWatch() => ShortestWatch + Random(LongestWatch - ShortestWatch);

    internal void WaitBeforeFirstList(CancellationToken cancellation) => Wait(Random(MaxStartDelay), cancellation);

    /// <summary>Waits for a random time between half of the current pause and all of it, and doubles the pause.</summary>
    internal void WaitBeforeRetry(CancellationToken cancellation)
    {
        var pause = _pause > FirstPause ? _pause : FirstPause;
        _pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        Wait((pause / 2) + Random(pause / 2), cancellation);
    }

    /// <summary>Tells whether this is the first new list since a watch stood long enough.</summary>
    internal bool TryRelistAtOnce()
    {
        var isFirst = !_hasRelisted;
        _hasRelisted = true;
        return isFirst;
    }

    internal void Reset()
    {
        _pause = TimeSpan.Zero;
        _hasRelisted = false;
    }

    // CA5394: jitter is no secret.
#pragma warning disable CA5394
    static TimeSpan Random(TimeSpan limit) => limit * System.Random.Shared.NextDouble();
#pragma warning restore CA5394

    static void Wait(TimeSpan time, CancellationToken cancellation) => cancellation.WaitHandle.WaitOne(time);
}

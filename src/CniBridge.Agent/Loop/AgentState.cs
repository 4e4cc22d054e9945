namespace CniBridge.Agent.Loop;

/// <summary>The results of the agent's last run, for probes and metrics. Any thread may read them.</summary>
sealed class AgentState
{
    /// <summary>The time without a completed run after which the agent counts as stuck. A run happens every 30 s at least.</summary>
    static readonly TimeSpan s_stuckAfter = TimeSpan.FromMinutes(3);

    readonly Lock _lock = new();
    IReadOnlyList<string> _missing = ["the first run has not ended"];
    long _lastRun = Environment.TickCount64;
    int _problems;
    bool _isSourceFailing;

    /// <summary>Records the end of a run.</summary>
    /// <param name="missing">The reasons why the node is not ready for pods; empty if it is ready.</param>
    /// <param name="problems">The number of problems in the log that are not solved.</param>
    /// <param name="isSourceFailing">True if the source of the nodes cannot be read now.</param>
    internal void EndRun(IReadOnlyList<string> missing, int problems, bool isSourceFailing)
    {
        lock (_lock)
            (_missing, _problems, _isSourceFailing, _lastRun) = (missing, problems, isSourceFailing, Environment.TickCount64);
    }

    /// <summary>Returns the reasons why the node is not ready for pods.</summary>
    internal IReadOnlyList<string> FindMissing()
    {
        lock (_lock)
            return _missing;
    }

    /// <summary>Returns the time since the last completed run if the agent is stuck, otherwise null.</summary>
    internal TimeSpan? FindStuckTime()
    {
        lock (_lock)
        {
            var time = TimeSpan.FromMilliseconds(Environment.TickCount64 - _lastRun);
            return time > s_stuckAfter ? time : null;
        }
    }

    /// <summary>Returns the number of unsolved problems, and whether the source of the nodes cannot be read now.</summary>
    internal (int Problems, bool IsSourceFailing) ReadProblems()
    {
        lock (_lock)
            return (_problems, _isSourceFailing);
    }
}

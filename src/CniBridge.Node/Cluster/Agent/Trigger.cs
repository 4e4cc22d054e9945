namespace CniBridge.Node.Cluster.Agent;

/// <summary>By which threads that wait for something wake the one that acts. Told twice before it acts is told once.</summary>
sealed class Trigger
{
    readonly object _lock = new();
    bool _isSet, _isStopped;

    internal void Set()
    {
        lock (_lock)
        {
            _isSet = true;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>For good.</summary>
    internal void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            Monitor.PulseAll(_lock);
        }
    }

    internal bool IsStopped
    {
        get
        {
            lock (_lock)
                return _isStopped;
        }
    }

    /// <summary>Until it is set, which it is no more then, stopped, or the deadline is there.</summary>
    internal void Wait(TimeSpan deadline)
    {
        WaitWhile(() => !_isSet, deadline);
        lock (_lock)
            _isSet = false;
    }

    /// <summary>Until it is stopped, or the deadline is there.</summary>
    internal void WaitForStop(TimeSpan deadline) => WaitWhile(() => true, deadline);

    void WaitWhile(Func<bool> condition, TimeSpan deadline)
    {
        var giveUp = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        lock (_lock)
        {
            while (!_isStopped && condition())
            {
                var left = giveUp - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(_lock, TimeSpan.FromMilliseconds(left)))
                    return;
            }
        }
    }
}

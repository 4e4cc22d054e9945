namespace CniBridge.Agent.Loop;

/// <summary>A signal that wakes the agent's thread. Repeated signals are coalesced until the agent has acted.</summary>
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

    /// <summary>Ends all waits now and in the future.</summary>
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

    /// <summary>Waits for the signal and resets it. Also returns when stopped, or when the time has passed.</summary>
    internal void Wait(TimeSpan deadline)
    {
        WaitWhile(() => !_isSet, deadline);
        lock (_lock)
            _isSet = false;
    }

    /// <summary>Waits until stopped, or until the time has passed.</summary>
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

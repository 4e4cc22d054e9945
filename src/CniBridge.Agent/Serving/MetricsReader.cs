namespace CniBridge.Agent.Serving;

/// <summary>A reader of the metrics for several callers. It reads one at a time, and waiting callers share the result.</summary>
sealed class MetricsReader(Func<string> read)
{
    readonly Lock _reading = new();
    long _started = long.MinValue;
    (bool IsGood, string Text) _last;

    /// <summary>Returns metrics that were read after this call began, or the error.</summary>
    internal (bool IsGood, string Text) Read()
    {
        var asked = Environment.TickCount64;
        lock (_reading)
        {
            // A read that began after this call is recent enough. One in the same tick may have begun before it.
            if (_started <= asked)
            {
                _started = Environment.TickCount64;
                _last = TryRead();
            }
            return _last;
        }
    }

    /// <summary>Catches all exceptions, because a fault of the node must not end the agent.</summary>
    (bool IsGood, string Text) TryRead()
    {
#pragma warning disable CA1031
        try
        {
            return (true, read());
        }
        catch (Exception e)
        {
            return (false, e.Message + "\n");
        }
#pragma warning restore CA1031
    }
}

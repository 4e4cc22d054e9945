namespace CniBridge.Node.Cluster.Agent;

/// <summary>Reads the metrics for several callers: one reading at a time, and one for all callers that waited for it.</summary>
sealed class MetricsReader(Func<string> read)
{
    readonly Lock _reading = new();
    long _started = long.MinValue;
    (bool IsGood, string Text) _last;

    /// <summary>Returns a text that was read after the call began, or the reason why it cannot be read.</summary>
    internal (bool IsGood, string Text) Read()
    {
        var asked = Environment.TickCount64;
        lock (_reading)
        {
            // A reading that began after the call is new enough. One of the same tick may have begun before it.
            if (_started <= asked)
            {
                _started = Environment.TickCount64;
                _last = TryRead();
            }
            return _last;
        }
    }

    /// <summary>A fault of the node that makes the reading fail must not end the agent.</summary>
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

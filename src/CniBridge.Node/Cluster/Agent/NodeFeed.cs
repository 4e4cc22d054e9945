using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>
/// Reads a source of nodes again and again, on a thread of its own: a source that does not answer keeps nobody waiting, who
/// goes on with the last table.
/// </summary>
sealed class NodeFeed(INodeSource source, ISourceChanges changes, Trigger trigger)
{
    static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1), s_lastRetry = TimeSpan.FromSeconds(30);

    /// <summary>A directory in which much is written is not read from all the time.</summary>
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    readonly object _lock = new();
    NodeTable? _table;
    string? _failure;

    /// <summary>The last table that could be read, or null, and why the source could not be read the last time, or null.</summary>
    internal (NodeTable? Table, string? Failure) Latest
    {
        get
        {
            lock (_lock)
                return (_table, _failure);
        }
    }

    /// <summary>Ends with the process, or at the next change after the stop.</summary>
    internal void Start() => new Thread(Run) { IsBackground = true, Name = "nodes" }.Start();

    void Run()
    {
        var retry = s_firstRetry;
        while (!trigger.IsStopped)
        {
            var (start, deadline) = (Environment.TickCount64, changes.Period);
            if (TryRead())
            {
                retry = s_firstRetry;
            }
            else
            {
                deadline = retry < deadline ? retry : deadline;
                retry = retry * 2 < s_lastRetry ? retry * 2 : s_lastRetry;
            }
            trigger.Set();
            TryWait(deadline);
            trigger.WaitForStop(s_interval - TimeSpan.FromMilliseconds(Environment.TickCount64 - start));
        }
    }

    bool TryRead()
    {
        NodeTable? table = null;
        string? failure = null;
        try
        {
            table = source.Read();
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            failure = e.Message;
        }
        lock (_lock)
        {
            _table = table ?? _table;
            _failure = failure;
        }
        return table is not null;
    }

    void TryWait(TimeSpan deadline)
    {
        try
        {
            changes.Wait(deadline);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            lock (_lock)
                _failure = e.Message;
            trigger.WaitForStop(deadline);
        }
    }
}

using CniBridge.Linux;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;

namespace CniBridge.Agent.Loop;

/// <summary>
/// The periodic reading of a nodes file, on a thread of its own. The agent continues with the last table while the file cannot be read.
/// </summary>
sealed class FileFeed(INodeSource source, ISourceChanges changes) : INodeFeed
{
    static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1), s_lastRetry = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time between two reads, for a directory with many changes.</summary>
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    readonly object _lock = new();
    NodeTable? _table;
    string? _failure;

    public string Description => source.Description;

    public (NodeTable? Table, string? Failure) Latest
    {
        get
        {
            lock (_lock)
                return (_table, _failure);
        }
    }

    /// <summary>Starts the thread. It ends with the process, or at the first change after the stop.</summary>
    public void Start(Trigger trigger) => new Thread(() => Run(trigger)) { IsBackground = true, Name = "nodes" }.Start();

    void Run(Trigger trigger)
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
            TryWait(deadline, trigger);
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

    void TryWait(TimeSpan deadline, Trigger trigger)
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

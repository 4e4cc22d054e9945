using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>
/// Keeps this node's routes as the table of nodes says, whatever becomes of the table and of the routes: at every change of
/// either it looks at all, and does what is missing.
/// </summary>
public sealed class NodeAgent
{
    /// <summary>The first change after a quiet time is answered at once; of a storm, ten a second are.</summary>
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Should a change go unnoticed.</summary>
    static readonly TimeSpan s_fullCheck = TimeSpan.FromSeconds(30);

    /// <summary>After a failure of the kernel to announce changes.</summary>
    static readonly TimeSpan s_failurePause = TimeSpan.FromSeconds(1);

    readonly AgentOptions _options;
    readonly AgentLog _log;
    readonly ProblemLog _problems;
    readonly NodeFeed _feed;
    readonly Trigger _trigger = new();
    readonly HashSet<RouteStep> _foretold = [];

    readonly string _source;

    /// <summary>The source's last table, whether it is plausible or not.</summary>
    NodeTable? _read;

    /// <summary>The last good table.</summary>
    NodeTable? _table;

    /// <summary>The table's nodes as bytes: the same nodes are the same bytes.</summary>
    byte[] _nodes = [];

    /// <summary>Why the source's last table is refused, or null.</summary>
    string? _refusal;

    /// <summary>The table is new to those who follow it.</summary>
    bool _isNew;

    IReadOnlyList<NodeProblem> _tableProblems = [];

    public NodeAgent(AgentOptions options, INodeSource source, ISourceChanges changes, AgentLog log)
    {
        (_options, _log, _source) = (options, log, source.Description);
        _problems = new ProblemLog(log);
        _feed = new NodeFeed(source, changes, _trigger);
    }

    /// <summary>From any thread: ends <see cref="Run"/> soon. The routes stay.</summary>
    public void Stop() => _trigger.Stop();

    /// <summary>Until it is stopped, in the network namespace of the calling thread.</summary>
    public void Run()
    {
        using var socket = new RouteSocket();
        // Before the first look: what changes from here on is looked at again.
        Watch(new NetworkWatch());
        _table = TryReadLast();
        if (_table is not null)
            _log.Information($"{_table.Nodes.Count} nodes as they were known last");
        _feed.Start();
        var reconciler = new RouteReconciler(socket);
        while (!_trigger.IsStopped)
        {
            var start = Environment.TickCount64;
            RunOnce(reconciler);
            _trigger.WaitForStop(s_interval - TimeSpan.FromMilliseconds(Environment.TickCount64 - start));
            _trigger.Wait(s_fullCheck);
        }
        _log.Information("stopped; the routes stay");
    }

    NodeTable? TryReadLast()
    {
        try
        {
            var last = _options.ReadLast();
            return last?.FindImplausibility(_options.NodeName) is { } why ? throw new RuntimeException(why) : last;
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            _log.Information($"the nodes that were known last are not known any more: {e.Message}");
            return null;
        }
    }

    void Watch(NetworkWatch watch) => new Thread(() =>
    {
        using (watch)
        {
            while (!_trigger.IsStopped)
                WaitForNetwork(watch);
        }
    })
    { IsBackground = true, Name = "network" }.Start();

    /// <summary>A failure counts as a change: what happened meanwhile is unknown.</summary>
    void WaitForNetwork(NetworkWatch watch)
    {
        try
        {
            if (watch.Wait(s_fullCheck))
                _trigger.Set();
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            _trigger.Set();
            _trigger.WaitForStop(s_failurePause);
        }
    }

    void RunOnce(RouteReconciler reconciler)
    {
        var problems = new List<NodeProblem>();
        TakeTable(problems);
        try
        {
            if (_table is not null)
                Reconcile(reconciler, _table, problems);
        }
        // A kernel that does not answer, or not as it should, is asked again.
        catch (Exception e) when (e.IsIoFailure())
        {
            problems.Add(new NodeProblem(_options.NodeName, e.Message));
        }
        problems.AddRange(_tableProblems);
        _problems.Update(problems);
    }

    /// <summary>While the source does not answer, or its table is not plausible, the last table counts.</summary>
    void TakeTable(List<NodeProblem> problems)
    {
        var (table, failure) = _feed.Latest;
        if (failure is not null)
            problems.Add(new NodeProblem(_options.NodeName, failure));
        if (table is not null && table != _read)
            TakeTable(table);
        if (_refusal is not null)
            problems.Add(new NodeProblem(_options.NodeName, _refusal));
    }

    void TakeTable(NodeTable table)
    {
        _read = table;
        _refusal = table.FindImplausibility(_options.NodeName) is { } why ? DescribeRefusal(why) : null;
        if (_refusal is not null)
            return;
        table = _table is null ? table : table.CompleteFrom(_table);
        var nodes = NodeFile.Write(table);
        if (!nodes.AsSpan().SequenceEqual(_nodes))
            _log.Information($"{table.Nodes.Count} nodes from {_source}");
        (_table, _nodes, _isNew) = (table, nodes, true);
    }

    string DescribeRefusal(string why) => $"the nodes from {_source} are refused: {why}; " +
        (_table is null ? "no route is changed" : $"the last {_table.Nodes.Count} good nodes stay in use");

    IReadOnlyList<NodeProblem> Follow(NodeTable table)
    {
        try
        {
            return _options.OnTable(table);
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            return [new NodeProblem(_options.NodeName, e.Message)];
        }
    }

    void Reconcile(RouteReconciler reconciler, NodeTable table, List<NodeProblem> problems)
    {
        var report = reconciler.Run(table, _options.NodeName, _options.IsDryRun);
        foreach (var step in report.Changes)
        {
            if (!_options.IsDryRun || !_foretold.Contains(step))
                _log.Change(step, _options.IsDryRun);
        }
        _foretold.Clear();
        if (_options.IsDryRun)
            _foretold.UnionWith(report.Changes);
        problems.AddRange(report.Problems);
        // Files can wait, packets cannot.
        if (_isNew)
            _tableProblems = Follow(report.Table);
        _isNew = false;
    }
}

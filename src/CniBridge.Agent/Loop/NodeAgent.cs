using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;

namespace CniBridge.Agent.Loop;

/// <summary>
/// The agent of a node: it keeps the routes as the node table requires. After each change of the table or of the network it compares
/// everything and repairs the difference.
/// </summary>
sealed class NodeAgent
{
    /// <summary>The shortest time between two runs. The first change after a pause is handled at once.</summary>
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest time between two runs, in case a change was not noticed.</summary>
    static readonly TimeSpan s_fullCheck = TimeSpan.FromSeconds(30);

    /// <summary>The shortest time between two collections after new tables.</summary>
    static readonly TimeSpan s_collectInterval = TimeSpan.FromMinutes(1);

    /// <summary>The shortest time between two looks at an unchanged network configuration. The longest is that between two runs.</summary>
    static readonly TimeSpan s_conflistInterval = TimeSpan.FromSeconds(5);

    /// <summary>The pause after the kernel failed to report changes.</summary>
    static readonly TimeSpan s_failurePause = TimeSpan.FromSeconds(1);

    readonly AgentOptions _options;
    readonly AgentLog _log;
    readonly ProblemLog _problems;
    readonly INodeFeed _feed;
    readonly Trigger _trigger;
    readonly HashSet<RouteStep> _foretold = [];

    /// <summary>The last table of the source, even if it is implausible.</summary>
    NodeTable? _read;

    /// <summary>The last valid table.</summary>
    NodeTable? _table;

    /// <summary>The nodes of the last table as text, to log only real changes.</summary>
    byte[] _nodes = [];

    /// <summary>The reason why the source's last table is refused, or null.</summary>
    string? _refusal;

    /// <summary>True if the last table comes from the source, not from the disk.</summary>
    bool _isFromSource;

    /// <summary>True if the last table was not yet saved and written to the network configuration.</summary>
    bool _isNew;

    /// <summary>The time when the last table was saved and compared with the network configuration, in milliseconds.</summary>
    long _lastFollow;

    IReadOnlyList<NodeProblem> _tableProblems = [];

    /// <summary>True if a new table was handled since the last collection.</summary>
    bool _hasGarbage;

    long _lastCollection = Environment.TickCount64 - (long)s_collectInterval.TotalMilliseconds;

    /// <param name="trigger">Wakes the agent. Its stop ends <see cref="Run"/> soon.</param>
    public NodeAgent(AgentOptions options, INodeFeed feed, AgentLog log, Trigger trigger)
    {
        (_options, _log, _feed, _trigger) = (options, log, feed, trigger);
        _problems = new ProblemLog(log);
    }

    public AgentState State { get; } = new();

    /// <summary>Runs until the trigger is stopped, in the network namespace of the calling thread. The routes stay.</summary>
    public void Run()
    {
        using var socket = new RouteSocket();
        // Started before the first run, so that no change is missed.
        Watch(new NetworkWatch());
        _table = TryReadLast();
        if (_table is not null)
            _log.Information($"using the {_table.Nodes.Count} nodes of the last valid table until the source answers");
        _feed.Start(_trigger);
        _options.Condition?.Start(_trigger);
        var reconciler = new RouteReconciler(socket);
        while (!_trigger.IsStopped)
        {
            var start = Environment.TickCount64;
            RunOnce(reconciler);
            CollectGarbage();
            _trigger.WaitForStop(s_interval - TimeSpan.FromMilliseconds(Environment.TickCount64 - start));
            _trigger.Wait(s_fullCheck);
        }
        _log.Information("stopped; the routes stay");
    }

    /// <summary>
    /// Returns memory to the kernel after a new table: reading it and comparing it with the kernel's routes needs several times the memory
    /// that stays in use, and the next table may come hours later.
    /// </summary>
    void CollectGarbage()
    {
        var now = Environment.TickCount64;
        if (!_hasGarbage || now - _lastCollection < s_collectInterval.TotalMilliseconds)
            return;
        (_hasGarbage, _lastCollection) = (false, now);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
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
            _log.Information($"cannot use the last valid node table: {e.Message}");
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

    /// <summary>Waits for a change of the network. A failure counts as a change, because events may be lost.</summary>
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
        var missing = new List<string>();
        var failure = TakeTable(problems);
        if (!_isFromSource)
            missing.Add($"no valid nodes from {_feed.Description} since the start: {failure ?? "no answer yet"}");
        try
        {
            if (_table is not null)
                Reconcile(reconciler, _table, problems);
        }
        // The next run asks the kernel again.
        catch (Exception e) when (e.IsIoFailure())
        {
            problems.Add(new NodeProblem(_options.NodeName, e.Message));
            missing.Add($"the routes could not be compared: {e.Message}");
        }
        if (_options.Conflist?.Failure is { } unwritten)
            missing.Add(unwritten);
        problems.AddRange(_tableProblems);
        if (_options.Condition?.Failure is { } uncleared)
            problems.Add(new NodeProblem(_options.NodeName, uncleared));
        _problems.Update(problems);
        State.EndRun(missing, problems.Count, failure is not null);
        _options.Condition?.SetReady(missing.Count == 0);
    }

    /// <summary>
    /// Takes a new table and returns why the source cannot be used now, or null. While the source fails or its table is implausible, the
    /// last table stays in use.
    /// </summary>
    string? TakeTable(List<NodeProblem> problems)
    {
        var (table, failure) = _feed.Latest;
        if (failure is not null)
            problems.Add(new NodeProblem(_options.NodeName, failure));
        if (table is not null && table != _read)
            TakeTable(table);
        if (_refusal is not null)
            problems.Add(new NodeProblem(_options.NodeName, _refusal));
        return failure ?? _refusal;
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
            _log.Information($"{table.Nodes.Count} nodes from {_feed.Description}");
        (_table, _nodes, _isNew, _isFromSource, _hasGarbage) = (table, nodes, true, true, true);
    }

    string DescribeRefusal(string why) => $"the nodes from {_feed.Description} are refused: {why}; " +
        (_table is null ? "no route is changed" : $"the last {_table.Nodes.Count} valid nodes stay in use");

    /// <summary>
    /// Tells whether it is time to look at the network configuration again: without a new table, only another program changes it. A dry
    /// run would log the same text each time.
    /// </summary>
    bool MayHaveLostConflist() => _options is { Conflist: not null, IsDryRun: false } &&
        Environment.TickCount64 - _lastFollow >= s_conflistInterval.TotalMilliseconds;

    /// <summary>Saves the table, updates the network configuration, and returns the problems.</summary>
    List<NodeProblem> Follow(NodeTable table)
    {
        var problems = new List<NodeProblem>();
        (_isNew, _lastFollow) = (false, Environment.TickCount64);
        Try(() => _options.Save(table), problems);
        Try(() => problems.AddRange(_options.Conflist?.Update(table) ?? []), problems);
        return problems;
    }

    void Try(Action action, List<NodeProblem> problems)
    {
        try
        {
            action();
        }
        catch (RuntimeException e)
        {
            problems.Add(new NodeProblem(_options.NodeName, e.Message));
        }
        // A full disk or a missing mount: the next run tries again.
        catch (Exception e) when (e.IsIoFailure())
        {
            problems.Add(new NodeProblem(_options.NodeName, e.Message));
            _isNew = true;
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
        // Routes come first: a file can wait, packets cannot.
        if (_isNew || _options.Conflist?.Failure is not null || MayHaveLostConflist())
            _tableProblems = Follow(report.Table);
    }
}

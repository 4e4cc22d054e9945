using System.Diagnostics;
using CniBridge.Agent.Kubernetes.Wire;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes;

/// <summary>
/// Keeps the nodes of a cluster in memory: one list, then watches that continue from it. A new list is made only where the watch
/// cannot continue, because each list costs the API server far more than a watch.
/// </summary>
/// <param name="changed">Called after each change that matters for routes, and when the server's failure changed.</param>
/// <param name="observer">Sees each list and each event, or null.</param>
sealed class NodeWatch(ApiClient client, WatchSchedule schedule, Action changed, INodeObserver? observer = null)
{
    readonly Lock _lock = new();
    readonly Dictionary<string, NodeObject> _nodes = new(StringComparer.Ordinal);
    readonly NodeMemory _memory = new();
    string? _failure;

    /// <summary>The state that the last event showed; null where a new list is needed.</summary>
    string? _resourceVersion;

    /// <summary>The number of changes of the nodes; 0 before the first list.</summary>
    int _revision;

    /// <summary>
    /// Returns a copy of the nodes, the number of their changes (0 before the first list), and why the server does not answer now, or null.
    /// </summary>
    internal (IReadOnlyList<NodeObject> Nodes, int Revision, string? Failure) Read()
    {
        lock (_lock)
            return ([.. _nodes.Values], _revision, _failure);
    }

    /// <summary>Lists and watches until the token is cancelled.</summary>
    internal void Run(CancellationToken cancellation)
    {
        schedule.WaitBeforeFirstList(cancellation);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                RunOnce(cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (ApiException e)
            {
                Recover(e, cancellation);
            }
        }
    }

    void RunOnce(CancellationToken cancellation)
    {
        if (_resourceVersion is null)
            Replace(client.ListNodes(cancellation));
        var clock = Stopwatch.StartNew();
        try
        {
            client.WatchNodes(_resourceVersion!, schedule.NextWatch(), () => SetFailure(null), Apply, cancellation);
        }
        finally
        {
            if (clock.Elapsed >= schedule.StableAfter)
                schedule.Reset();
        }
        // A server that ends each watch at once must not be asked without a pause.
        if (clock.Elapsed < schedule.StableAfter)
            schedule.WaitBeforeRetry(cancellation);
    }

    void Recover(ApiException e, CancellationToken cancellation)
    {
        if (e.NeedsList)
            _resourceVersion = null;
        // The version was only old. A server that says so again is asked with pauses.
        if (e.NeedsList && schedule.TryRelistAtOnce())
            return;
        SetFailure(e.Message);
        schedule.WaitBeforeRetry(cancellation);
    }

    void Replace(NodeList list)
    {
        bool isChanged;
        lock (_lock)
        {
            isChanged = _revision == 0 || list.Nodes.Count != _nodes.Count ||
                list.Nodes.Any(node => !node.Equals(_nodes.GetValueOrDefault(node.Name)));
            _nodes.Clear();
            _memory.Clear();
            foreach (var node in list.Nodes)
                Keep(node);
            _revision += isChanged ? 1 : 0;
        }
        observer?.Replace(list);
        _resourceVersion = list.ResourceVersion;
        SetFailure(null);
        if (isChanged)
            changed();
    }

    void Apply(NodeEvent one)
    {
        var isChanged = one.Type != NodeEventType.Bookmark && Store(one);
        observer?.Apply(one);
        // Only now: if the version moved first, a failure in between would lose the event.
        _resourceVersion = one.Node.ResourceVersion;
        if (isChanged)
            changed();
    }

    bool Store(NodeEvent one)
    {
        lock (_lock)
        {
            var before = _nodes.GetValueOrDefault(one.Node.Name);
            var isChanged = one.Type == NodeEventType.Deleted ? before is not null : !one.Node.Equals(before);
            if (!isChanged)
                return false;
            if (one.Type == NodeEventType.Deleted)
                Forget(one.Node.Name);
            else
                Keep(one.Node);
            _revision++;
            return true;
        }
    }

    /// <exception cref="InvalidDataException">The nodes need more memory than allowed.</exception>
    void Keep(NodeObject node)
    {
        Forget(node.Name);
        _memory.Add(node);
        _nodes[node.Name] = node;
    }

    void Forget(string name)
    {
        if (_nodes.Remove(name, out var node))
            _memory.Remove(node);
    }

    void SetFailure(string? failure)
    {
        lock (_lock)
        {
            if (_failure == failure)
                return;
            _failure = failure;
        }
        changed();
    }
}

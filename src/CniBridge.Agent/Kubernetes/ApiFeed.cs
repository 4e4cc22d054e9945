using CniBridge.Agent.Loop;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes;

/// <summary>The node table of a Kubernetes cluster, kept up to date by a watch.</summary>
/// <param name="clusterCidrs">The networks of all pods of the cluster; empty if unknown.</param>
/// <param name="observer">Sees each list and each event of the watch, or null.</param>
sealed class ApiFeed(ApiClient client, WatchSchedule schedule, IReadOnlyList<Cidr> clusterCidrs, INodeObserver? observer = null)
    : INodeFeed, IDisposable
{
    /// <summary>The longest wait for the thread at the end. A request ends at once when it is cancelled.</summary>
    static readonly TimeSpan s_endTimeout = TimeSpan.FromSeconds(5);

    readonly CancellationTokenSource _stop = new();
    NodeWatch? _watch;
    Thread? _thread;
    NodeTable? _table;
    string? _failure;

    /// <summary>The revision of the watch's nodes from which the table was made; 0 without a table.</summary>
    int _revision;

    /// <summary>True if the watch has news since the last call of <see cref="Latest"/>.</summary>
    volatile bool _isStale;

    public string Description => "Kubernetes";

    /// <summary>The table and the failure. The table is made here, so several changes between two calls cost one table.</summary>
    public (NodeTable? Table, string? Failure) Latest
    {
        get
        {
            // Reset first: a change during the conversion counts again.
            if (_isStale && _watch is not null)
            {
                _isStale = false;
                Take(_watch);
            }
            return (_table, _failure);
        }
    }

    public void Start(Trigger trigger)
    {
        var watch = new NodeWatch(client, schedule, () =>
        {
            _isStale = true;
            trigger.Set();
        }, observer);
        _watch = watch;
        _thread = new Thread(() => watch.Run(_stop.Token)) { IsBackground = true, Name = "watch" };
        _thread.Start();
    }

    void Take(NodeWatch watch)
    {
        (var nodes, var revision, _failure) = watch.Read();
        if (revision != _revision)
            _table = KubernetesNodes.Create(nodes).WithClusterCidrs(clusterCidrs);
        _revision = revision;
    }

    /// <summary>Ends the watch.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        if (_thread?.Join(s_endTimeout) != false)
            _stop.Dispose();
    }
}

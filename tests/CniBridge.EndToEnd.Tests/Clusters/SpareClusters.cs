using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>Clusters for tests that change them. All clusters of a class start at the same time, and each belongs to one test.</summary>
public sealed class SpareClusters : IDisposable
{
    const int Count = 2;

    readonly List<Task<Cluster>> spare = [];
    bool isStarted;

    /// <summary>Returns a cluster that the caller disposes.</summary>
    internal Cluster Take(Way way)
    {
        ClusterRequirement.Of(way);
        while (!isStarted && spare.Count < Count)
            spare.Add(Task.Run(() => new Cluster(way, Families.Dual), TestContext.Current.CancellationToken));
        isStarted = true;
        var taken = spare[^1];
        spare.RemoveAt(spare.Count - 1);
        return taken.GetAwaiter().GetResult();
    }

    public void Dispose() => spare.ForEach(StartedClusters.Dispose);
}

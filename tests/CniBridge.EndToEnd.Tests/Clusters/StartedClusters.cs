using System.Collections.Concurrent;
using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>
/// Clusters with one way of routing for all tests of a class, one for each choice of families. They start at the same time, because their
/// daemons mostly wait for each other.
/// </summary>
public sealed class StartedClusters : IDisposable
{
    readonly ConcurrentDictionary<Families, Task<Cluster>> clusters = [];

    internal Cluster Get(Way way, Families families)
    {
        ClusterRequirement.Of(way);
        foreach (var each in Enum.GetValues<Families>())
            clusters.GetOrAdd(each, _ => Task.Run(() => new Cluster(way, each), TestContext.Current.CancellationToken));
        return clusters[families].GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        foreach (var cluster in clusters.Values)
            Dispose(cluster);
    }

    internal static void Dispose(Task<Cluster> cluster)
    {
        // A cluster that could not start has cleaned up, and failed the tests that need it.
        ((IAsyncResult)cluster).AsyncWaitHandle.WaitOne();
        if (cluster.IsCompletedSuccessfully)
            cluster.Result.Dispose();
    }
}

using CniBridge.Linux.Processes;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Kubernetes;

/// <summary>The nodes of Kubernetes, read with kubectl.</summary>
/// <param name="timeout">The time limit of one call. kubectl reads a large cluster with many requests.</param>
public sealed class Kubectl(KubectlCommand command, TimeSpan timeout) : INodeSource, IDisposable
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    static readonly TimeSpan s_requestTimeout = TimeSpan.FromSeconds(10);

    readonly Lock _changing = new();
    ChildStream? _running;
    bool _isDisposed;

    public string Description => "Kubernetes";

    public NodeTable Read()
    {
        using var output = Start();
        try
        {
            return Read(output);
        }
        catch (TimeoutException)
        {
            throw new RuntimeException($"kubectl did not answer within {timeout.TotalSeconds} s");
        }
        catch (IOException e)
        {
            throw new RuntimeException($"cannot read the output of kubectl: {e.Message}");
        }
        finally
        {
            lock (_changing)
                _running = null;
        }
    }

    ChildStream Start()
    {
        lock (_changing)
        {
            return _isDisposed
                ? throw new RuntimeException("kubectl was stopped")
                : _running = command.Start(["get", "nodes", "-o", "json"], s_requestTimeout, timeout);
        }
    }

    /// <summary>Kills kubectl if it runs. Any thread may call it; a read in progress then fails.</summary>
    public void Dispose()
    {
        lock (_changing)
        {
            _isDisposed = true;
            _running?.Kill();
        }
    }

    static NodeTable Read(ChildStream output)
    {
        NodeTable? table = null;
        RuntimeException? refusal = null;
        try
        {
            table = KubernetesNodes.Parse(output, "the output of kubectl");
        }
        catch (RuntimeException e)
        {
            // If kubectl failed, its error explains the missing list.
            refusal = e;
        }
        var exitCode = output.Wait();
        if (exitCode != 0)
            throw new RuntimeException($"kubectl failed: {KubectlCommand.Describe(output.Errors, exitCode)}");
        // A cluster has at least this node. An empty list would remove all routes.
        return table is { Nodes.Count: 0, Problems.Count: 0 }
            ? throw new RuntimeException("kubectl lists no nodes: check that the kubeconfig is for this cluster")
            : table ?? throw refusal!;
    }
}

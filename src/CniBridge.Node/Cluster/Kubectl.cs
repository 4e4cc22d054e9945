using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>The nodes of Kubernetes, through kubectl.</summary>
/// <param name="timeout">After which a call has failed; the list of a large cluster comes in many requests.</param>
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
            throw new RuntimeException($"kubectl did not answer in {timeout.TotalSeconds} s");
        }
        catch (IOException e)
        {
            throw new RuntimeException($"cannot read what kubectl prints: {e.Message}");
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
                ? throw new RuntimeException("kubectl is not asked any more")
                : _running = command.Start(["get", "nodes", "-o", "json"], s_requestTimeout, timeout);
        }
    }

    /// <summary>Ends kubectl if it runs; from any thread. Whoever reads is told that it failed.</summary>
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
            table = KubernetesNodes.Parse(output, "what kubectl prints");
        }
        catch (RuntimeException e)
        {
            // If kubectl failed then that is why there is no list.
            refusal = e;
        }
        var exitCode = output.Wait();
        if (exitCode != 0)
            throw new RuntimeException($"kubectl failed: {KubectlCommand.Describe(output.Errors, exitCode)}");
        // A cluster has at least the node that asks: to believe otherwise would take all routes away.
        return table is { Nodes.Count: 0, Problems.Count: 0 }
            ? throw new RuntimeException("kubectl tells of no nodes at all: is it the right cluster?")
            : table ?? throw refusal!;
    }
}

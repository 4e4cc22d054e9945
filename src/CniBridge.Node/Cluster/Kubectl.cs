using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>The nodes of Kubernetes, through kubectl.</summary>
/// <param name="timeout">After which a call has failed; the list of a large cluster comes in many requests.</param>
public sealed class Kubectl(KubectlCommand command, TimeSpan timeout) : INodeSource
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    static readonly string[] s_arguments = ["get", "nodes", "-o", "json", "--request-timeout=10s"];

    public string Description => "Kubernetes";

    public NodeTable Read()
    {
        using var output = command.Start(s_arguments, timeout);
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
        return table ?? throw refusal!;
    }
}

using CniBridge.EndToEnd.Tests.Kubernetes.Fakes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>The real kubectl in a node.</summary>
static class Kubectl
{
    public const string KubeConfig = $"{ScratchNode.Directory}/kubeconfig";

    /// <summary>Creates a node with an API server that kubectl finds by <see cref="KubeConfig"/>.</summary>
    public static (ScratchNode Node, FakeApiServer Server) NewNode()
    {
        Requirement.Node("kubectl");
        var node = new ScratchNode();
        try
        {
            var server = new FakeApiServer(node);
            node.WriteFile(KubeConfig, server.KubeConfig);
            return (node, server);
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    public static CommandResult Run(ScratchNode node, params string[] arguments)
    {
        using var process = Start(node, arguments);
        process.FinishInput();
        return process.WaitForExit();
    }

    /// <summary>Skips the test if kubectl is older than components of kustomize.</summary>
    public static void SkipWithoutComponents(ScratchNode node)
    {
        var version = node.Run("kubectl", "version", "--client", "-o", "json").Stdout;
        Assert.SkipUnless(
            version.Contains("kustomizeVersion", StringComparison.Ordinal), $"this kubectl has no components of kustomize: {version}");
    }

    public static RunningProcess Start(ScratchNode node, params string[] arguments) =>
        // The cache of server answers is in the node.
        node.Start("kubectl", ["--kubeconfig", KubeConfig, "--cache-dir", $"{ScratchNode.Directory}/cache", .. arguments]);
}

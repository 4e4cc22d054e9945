namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A private containerd of the node with the busybox image and ctr.</summary>
sealed class Containerd : IDisposable
{
    readonly ScratchNode node;
    readonly RunningProcess daemon;
    readonly Dictionary<string, string> environment;

    public Containerd(ScratchNode node, ControlGroup group)
    {
        this.node = node;
        const string directory = $"{ScratchNode.Directory}/containerd";
        // runc names the control group of a container after its containerd namespace.
        environment = new Dictionary<string, string>
        {
            ["CONTAINERD_ADDRESS"] = $"{directory}/containerd.sock",
            ["CONTAINERD_NAMESPACE"] = group.Name,
        };
        node.WriteFile($"{directory}/config.toml", $"""
            version = 2
            root = "{directory}/root"
            state = "{directory}/state"
            disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
            [grpc]
            address = "{directory}/containerd.sock"
            """);
        daemon = node.Start("containerd", ["--config", $"{directory}/config.toml"]);
        try
        {
            daemon.WaitForOutput("containerd successfully booted");
            Ctr("image", "import", "--snapshotter", "native", BusyboxImage.WriteArchive(node)).Succeeded();
        }
        catch
        {
            daemon.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts a container on the CNI networks and returns when its program runs. The container runs while its input is open. ctr removes a
    /// container from its networks only in the foreground.
    /// </summary>
    public RunningProcess StartContainer(string name)
    {
        var container = node.Start(
            "ctr",
            ["run", "--cni", "--rm", "--snapshotter", "native", BusyboxImage.Name, name, "sh", "-c", "echo ready; cat"],
            environment);
        try
        {
            container.WaitForOutput("ready");
            return container;
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    public CommandResult InContainer(string name, params string[] command) =>
        Ctr(["task", "exec", "--exec-id", $"exec-{Guid.NewGuid():N}", name, .. command]);

    public CommandResult Ctr(params string[] arguments) => node.Run("ctr", arguments, "", environment);

    public void Dispose() => daemon.Dispose();
}

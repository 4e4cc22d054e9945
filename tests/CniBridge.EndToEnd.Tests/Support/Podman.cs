namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A podman with all its state in the node, the CNI backend and the busybox image.</summary>
sealed class Podman
{
    readonly ScratchNode node;
    readonly Dictionary<string, string> environment;

    public Podman(ScratchNode node, string networkDirectory)
    {
        this.node = node;
        const string directory = $"{ScratchNode.Directory}/podman";
        environment = new Dictionary<string, string>
        {
            ["CONTAINERS_CONF"] = $"{directory}/containers.conf",
            ["CONTAINERS_STORAGE_CONF"] = $"{directory}/storage.conf",
        };
        // Locks are in files, because those in shared memory would belong to the machine.
        node.WriteFile($"{directory}/containers.conf", $"""
            [engine]
            cgroup_manager = "cgroupfs"
            events_logger = "none"
            runtime = "runc"
            lock_type = "file"
            static_dir = "{directory}/static"
            tmp_dir = "{directory}/tmp"
            volume_path = "{directory}/volumes"
            [network]
            network_backend = "cni"
            network_config_dir = "{networkDirectory}"
            cni_plugin_dirs = ["/opt/cni/bin"]
            """);
        node.WriteFile($"{directory}/storage.conf", $"""
            [storage]
            driver = "vfs"
            graphroot = "{directory}/storage"
            runroot = "{directory}/run"
            """);
        SkipWithoutCni();
        Run("load", "--input", BusyboxImage.WriteArchive(node)).Succeeded();
    }

    /// <summary>Starts a container that stays until its removal.</summary>
    public void StartContainer(string name, string network, ControlGroup group, params string[] options) =>
        Run([
            "run", "--detach", "--name", name, "--network", network,
            // The raw sockets are for busybox's ping.
            .. Limits(group), "--cap-add", "NET_RAW", .. options, BusyboxImage.Name, "sleep", "600"]).Succeeded();

    /// <summary>Returns the options that a container needs here. The limits are those that root may set without CAP_SYS_RESOURCE.</summary>
    public static string[] Limits(ControlGroup group) =>
        ["--cgroup-parent", $"/{group.Name}", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

    public CommandResult InContainer(string name, params string[] command) => Run(["exec", name, .. command]);

    public CommandResult Run(params string[] arguments) => node.Run("podman", arguments, "", environment);

    /// <summary>Runs a script that calls podman, in the root directory of the repository.</summary>
    public CommandResult RunScript(string script) => node.Run(
        "sh", ["-ec", $"cd {Shell.Quote(PluginDirectory.RepositoryRoot)}; PATH=$PATH:/opt/cni/bin; {script}"], "", environment);

    void SkipWithoutCni()
    {
        // Podman 5 is usually built without CNI, and then refuses this configuration.
        var backend = Run("info", "--format", "{{.Host.NetworkBackend}}");
        if (backend.ExitCode != 0 || backend.Stdout.Trim() != "cni")
        {
            Assert.Skip($"this podman does not use CNI: {backend}");
        }
    }
}

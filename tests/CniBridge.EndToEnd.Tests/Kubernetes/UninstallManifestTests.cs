using System.Text.Json;
using CniBridge.EndToEnd.Tests.Installation;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>conf/kubernetes/uninstall: its container's command with its mounts and capabilities.</summary>
public sealed class UninstallManifestTests
{
    const string Root = $"{ScratchNode.Directory}/root", Conflist = "/etc/cni/net.d/10-cni-bridge.conflist";

    [Fact]
    public void The_container_waits_for_the_pods_and_then_removes_everything()
    {
        Requirement.Programs("setpriv", "chroot");
        using var node = WholeNode.NewNode();
        // As the init container of the agent's DaemonSet does, which sees nothing but the plugin directory.
        node.Run("install", "-D", WholeNode.Program, $"{Root}/cni-bridge").Succeeded();
        node.Run("mkdir", "-p", $"{Root}/host/opt/cni/bin", $"{Root}/proc").Succeeded();
        node.Bind("/opt/cni/bin", $"{Root}/host/opt/cni/bin");
        node.Bind("/proc", $"{Root}/proc");
        node.Run("chroot", Root, "/cni-bridge", "install", "--bin-dir", "/host/opt/cni/bin").Succeeded();
        node.Run("umount", $"{Root}/host/opt/cni/bin").Succeeded();
        node.WriteFile($"{ScratchNode.Directory}/nodes.json", """
            {"nodes": [{"name": "one", "addresses": ["192.168.1.11"], "podRanges": ["10.88.0.0/24"]},
                       {"name": "two", "addresses": ["192.168.1.12"], "podRanges": ["10.88.1.0/24"]}]}
            """);
        string[] nodes = ["--nodes", $"{ScratchNode.Directory}/nodes.json", "--node-name", "one"];
        node.CniBridge(["conf", "init", .. nodes]).Succeeded();
        node.CniBridge(["routes", "sync", .. nodes]).Succeeded();
        node.Run("ip", "netns", "add", "web").Succeeded();
        node.CniBridge("add", "web", "web").Succeeded();
        node.Run("mount", "--rbind", "/", $"{Root}/host").Succeeded();
        var before = node.WholeState();

        var refused = RunContainer(node);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("1 pods of this node use networks of cni-bridge: ", refused.Stderr, StringComparison.Ordinal);
        Assert.Equal(before, node.WholeState());
        node.CniBridge("del", "web", "web").Succeeded();
        var done = RunContainer(node).Succeeded().Stdout;

        Assert.Contains($"removed the file {Conflist}\n", done, StringComparison.Ordinal);
        Assert.Empty(node.Files("/etc/cni/net.d"));
        Assert.Empty(node.Files(WholeNode.Bin));
        Assert.Empty(node.Files("/var/lib/cni-bridge"));
        Assert.EndsWith(
            "left /var/lib/cni/networks/podnet: it may be older than the installation, which was made in a container\n", done,
            StringComparison.Ordinal);
        Assert.Equal(["networks/podnet/last_reserved_ip.0", "networks/podnet/lock"], node.Files("/var/lib/cni"));
        Assert.Empty(node.Run("ip", "route", "show", "proto", "67").Succeeded().Stdout);
        Assert.Empty(node.Run("nft", "list", "tables").Succeeded().Stdout);
        Assert.DoesNotContain("cni0", node.Run("ip", "link").Succeeded().Stdout, StringComparison.Ordinal);
        // The kubelet starts the init container again after a reboot.
        RunContainer(node).Succeeded();
    }

    [Fact]
    public void The_root_directory_must_exist()
    {
        using var node = WholeNode.NewNode();

        node.CniBridge("uninstall", "--root", "/nowhere").Fails("could not change the root directory to /nowhere: no such file");
    }

    [Fact]
    public void The_manifest_runs_on_all_nodes_and_is_ready_when_the_node_is_done()
    {
        using var cluster = new Cluster();
        var objects = Manifests.Read(cluster.Node, $"{Manifests.Directory}/uninstall");
        var set = Assert.Single(objects);
        Assert.Equal("DaemonSet", set.At("kind").GetString());
        var pod = set.At("spec/template/spec");

        Assert.True(pod.At("hostNetwork").GetBoolean());
        Assert.Equal("""{"operator":"Exists"}""", JsonSerializer.Serialize(Assert.Single(pod.At("tolerations").EnumerateArray())));
        Assert.Equal(cluster.Pod("containers/agent/image").GetString(), pod.At("initContainers/uninstall/image").GetString());
        Assert.NotEqual(
            cluster.Objects.Of("DaemonSet").At("spec/selector").GetRawText(), set.At("spec/selector").GetRawText());
        Assert.Single(pod.At("containers").EnumerateArray());
    }

    /// <summary>Runs the init container's command, with its capabilities and with the node's files at the place of its mount.</summary>
    static CommandResult RunContainer(ScratchNode node)
    {
        using var cluster = new Cluster();
        var pod = Manifests.Read(cluster.Node, $"{Manifests.Directory}/uninstall").Of("DaemonSet").At("spec/template/spec");
        var container = pod.At("initContainers/uninstall");
        Assert.Equal("/", pod.At("volumes/node/hostPath/path").GetString());
        Assert.Equal("/host", container.At("volumeMounts/node/mountPath").GetString());
        Assert.Equal(["ALL"], container.At("securityContext/capabilities/drop").Texts());
        var capabilities = container.At("securityContext/capabilities/add").Texts().Select(name => $",+{name.ToLowerInvariant()}");
        return node.Run("setpriv", [
            "--bounding-set", $"-all{string.Concat(capabilities)}", "--inh-caps", "-all", "--no-new-privs",
            "chroot", Root, .. container.At("command").Texts(), .. container.At("args").Texts(),
        ]);
    }
}

using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of cni-bridge rollback: the replaced plugins are restored and work.</summary>
public sealed class RollbackTests
{
    const string Bin = WholeNode.Bin;

    static readonly string[] s_roles = ["bridge", "host-local", "loopback", "portmap"];

    [Fact]
    public void Rollback_restores_the_Go_plugins_unchanged()
    {
        using var node = NewNodeWithGo();
        var before = Hashes(node);
        node.CniBridge("install").Succeeded();

        var result = node.CniBridge("rollback").Succeeded();

        Assert.Equal(
            $"restored the plugins from before cni-bridge in {Bin}: cni-bridge, bridge, host-local, loopback, portmap\n", result.Stdout,
            ignoreCase: false);
        Assert.Equal(before, Hashes(node));
        Assert.DoesNotContain("cni-bridge", node.Run($"{Bin}/bridge").Stderr, StringComparison.Ordinal);
        node.AddPod("pod");
        GoAdd(node);
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Fact]
    public void A_second_rollback_restores_our_plugins()
    {
        using var node = NewNodeWithGo();
        var before = Hashes(node);
        node.CniBridge("install").Succeeded();
        var installed = Hashes(node);
        node.CniBridge("rollback").Succeeded();

        var forward = JsonNode.Parse(node.CniBridge("rollback", "--output", "json").Succeeded().Stdout)!;

        Assert.StartsWith("cni-bridge ", (string)forward["version"]!, StringComparison.Ordinal);
        Assert.Equal(["cni-bridge", .. s_roles], forward["changed"]!.AsArray().Select(name => (string)name!));
        Assert.Equal(installed, Hashes(node));
        node.CniBridge("rollback").Succeeded();
        Assert.Equal(before, Hashes(node));
        // The node can be installed and uninstalled again.
        node.CniBridge("install").Succeeded();
        Assert.Equal(installed, Hashes(node));
        node.CniBridge("uninstall").Succeeded();
        Assert.Equal(before, Hashes(node));
    }

    [Fact]
    public void Uninstall_after_a_rollback_keeps_the_restored_plugins()
    {
        using var node = NewNodeWithGo();
        var before = Hashes(node);
        node.CniBridge("install").Succeeded();
        node.CniBridge("rollback").Succeeded();

        node.CniBridge("uninstall").Succeeded();

        Assert.Equal(before, Hashes(node));
        Assert.Equal(node.Plugins(), node.Files(Bin));
    }

    [Fact]
    public void Rollback_undoes_the_last_installation_and_uninstall_undoes_all()
    {
        using var node = NewNodeWithGo();
        var before = Hashes(node);
        node.CniBridge("install").Succeeded();
        var first = Hashes(node);
        Install(node, "second");
        // The state stays unchanged and complete.
        Install(node, "second");

        node.CniBridge("rollback").Succeeded();
        Assert.Equal(first, Hashes(node));

        node.CniBridge("uninstall").Succeeded();
        Assert.Equal(before, Hashes(node));
    }

    [Fact]
    public void A_rollback_needs_an_earlier_installation()
    {
        using var node = WholeNode.NewNode();
        node.CniBridge("rollback").Fails("cannot roll back in /opt/cni/bin", "no installation");
        node.CniBridge("install").Succeeded();
        node.CniBridge("rollback").Fails("there were no plugins before", "uninstall");
        Assert.Equal(["bridge", "cni-bridge", "host-local", "loopback", "portmap"], node.Plugins());
    }

    // Root without capabilities may not create hard links to files of other users (fs.protected_hardlinks).
    [Fact]
    public void A_file_that_cannot_be_linked_is_copied()
    {
        Requirement.Programs("setpriv");
        using var node = NewNodeWithGo();
        node.Run("sh", "-c", $"chown -h 12345 {Bin}/bridge {Bin}/portmap").Succeeded();
        string[] bare = ["--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs", WholeNode.Program];
        var before = Hashes(node);

        node.Run("setpriv", [.. bare, "install"]).Succeeded();
        node.Run("setpriv", [.. bare, "rollback"]).Succeeded();

        Assert.Equal(before, Hashes(node));
    }

    // The program of another version is the same with one more byte.
    static void Install(ScratchNode node, string version)
    {
        var copy = $"{ScratchNode.Directory}/{version}";
        node.Run("sh", "-c", $"cp {Shell.Quote(WholeNode.Program)} {copy} && echo >> {copy}").Succeeded();
        node.Run(copy, "install").Succeeded();
    }

    static void GoAdd(ScratchNode node)
    {
        var pod = new PluginCall
        {
            Node = node,
            PluginDirectory = Bin,
            Configuration = Configurations.Plain,
            ContainerId = "container",
            NetworkNamespace = "/run/netns/pod",
        };
        pod.Add().Succeeded();
    }

    /// <summary>Returns mode, kind, target and content of all plugins.</summary>
    internal static string Hashes(ScratchNode node) => node.Run("sh", "-c", $"""
        cd {Bin}
        find . -name .cni-bridge -prune -o -printf '%p %y %m %l\n' | sort
        find . -name .cni-bridge -prune -o -type f -print0 | sort -z | xargs -0 -r sha256sum
        """).Succeeded().Stdout;

    static ScratchNode NewNodeWithGo()
    {
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        var node = WholeNode.NewNode();
        node.Run("cp", "-a", $"{PluginDirectory.Go}/.", Bin).Succeeded();
        return node;
    }
}

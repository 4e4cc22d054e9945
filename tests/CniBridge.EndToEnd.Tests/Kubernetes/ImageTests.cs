using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of conf/kubernetes/Dockerfile, built by buildah without any registry.</summary>
public sealed class ImageTests
{
    [Fact]
    public void The_image_holds_two_programs_and_nothing_else()
    {
        using var node = NewNode();
        var root = Image.BuildAndMount(node);

        Assert.Equal(["cni-bridge", "cni-bridge-agent"], node.Files(root));
        Assert.Equal(
            node.Run("chroot", root, "/cni-bridge", "version").Succeeded().Stdout,
            node.Run(Program, "version").Succeeded().Stdout);
        Assert.Equal(
            node.Run("chroot", root, "/cni-bridge-agent", "--version").Succeeded().Stdout,
            node.Run(AgentProgram.Path, "--version").Succeeded().Stdout);
        var configuration = Image.Inspect(node).GetProperty("OCIv1").GetProperty("config");
        Assert.Equal("/cni-bridge-agent", Assert.Single(configuration.GetProperty("Entrypoint").EnumerateArray()).GetString());
        Assert.False(configuration.TryGetProperty("Cmd", out _));
    }

    // The init container has only the files of the image and the directory of the node.
    [Fact]
    public void The_image_installs_the_plugins_without_a_shell()
    {
        using var node = NewNode();
        var root = Image.BuildAndMount(node);
        node.Run("mkdir", "-p", $"{root}/host/opt/cni/bin", $"{root}/proc").Succeeded();
        node.Bind("/opt/cni/bin", $"{root}/host/opt/cni/bin");
        node.Bind("/proc", $"{root}/proc");

        node.Run("chroot", root, "/cni-bridge", "install", "--bin-dir", "/host/opt/cni/bin").Succeeded();

        Assert.Equal("cni-bridge", new FileInfo(node.FromOutside("/opt/cni/bin/host-local")).LinkTarget);
        Assert.Contains("CNI loopback plugin", node.Run("/opt/cni/bin/loopback").Succeeded().Stderr, StringComparison.Ordinal);
    }

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static ScratchNode NewNode()
    {
        Requirement.Node("chroot");
        return new ScratchNode();
    }
}

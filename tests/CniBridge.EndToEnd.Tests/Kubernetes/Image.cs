using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>The image of conf/kubernetes/Dockerfile, built by buildah in a node without any registry.</summary>
static class Image
{
    const string Context = $"{ScratchNode.Directory}/context";
    const string Tag = "localhost/cni-bridge:test";

    /// <returns>The path at which the image's root file system is mounted.</returns>
    public static string BuildAndMount(ScratchNode node)
    {
        Requirement.Programs("buildah");
        Copy(node, Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "cni-bridge");
        Copy(node, AgentProgram.Path, AgentProgram.Name);
        var file = Path.Combine(PluginDirectory.RepositoryRoot, "conf/kubernetes/Dockerfile");
        var build = Buildah(node, ["bud", "--isolation", "chroot", "--tag", Tag, "--file", file, Context]);
        if (build.Stderr.Contains("operation not permitted", StringComparison.Ordinal))
        {
            Assert.Skip($"buildah cannot build here: {build.Stderr}");
        }

        build.Succeeded();
        var container = Buildah(node, "from", "--pull-never", Tag).Succeeded().Stdout.Trim();
        return Buildah(node, "mount", container).Succeeded().Stdout.Trim();
    }

    public static JsonElement Inspect(ScratchNode node) => Buildah(node, "inspect", "--type", "image", Tag).Succeeded().Json;

    static void Copy(ScratchNode node, string program, string name)
    {
        node.Run("install", "-D", program, $"{Context}/{name}").Succeeded();
    }

    static CommandResult Buildah(ScratchNode node, params string[] arguments) => node.Run("buildah", [
        "--root", $"{ScratchNode.Directory}/images", "--runroot", $"{ScratchNode.Directory}/run", "--storage-driver", "vfs",
        .. arguments]);
}

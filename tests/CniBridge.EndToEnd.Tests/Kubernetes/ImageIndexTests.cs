using System.Runtime.InteropServices;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of scripts/image with the published programs; those for arm64 are copies whose header says arm64.</summary>
public sealed class ImageIndexTests
{
    const string Programs = $"{ScratchNode.Directory}/programs", Name = "registry.example/cni-bridge:test";
    const string Layout = $"{ScratchNode.Directory}/layout";

    static readonly Dictionary<string, string> s_environment = new()
    {
        ["CONTAINERS_STORAGE_CONF"] = $"{ScratchNode.Directory}/storage.conf",
        ["BUILDAH_ISOLATION"] = "chroot",
    };

    [Fact]
    public void The_index_has_an_image_for_each_architecture()
    {
        using var node = NewNode();

        Build(node).Succeeded();
        // A second build replaces the index.
        Build(node).Succeeded();

        // As a registry would get it.
        Run(node, "buildah", "manifest", "push", "--all", Name, $"oci:{Layout}").Succeeded();
        var layout = node.Run("cat", $"{Layout}/index.json").Succeeded().Json;
        var index = ReadBlob(node, Assert.Single(layout.At("manifests").EnumerateArray()));
        var images = index.At("manifests").EnumerateArray().ToList();
        Assert.Equal(
            ["linux/amd64", "linux/arm64"],
            images.Select(image => $"{image.At("platform/os").GetString()}/{image.At("platform/architecture").GetString()}"));
        foreach (var (image, architecture) in images.Zip(["amd64", "arm64"]))
        {
            var manifest = ReadBlob(node, image);
            Assert.Equal(architecture, ReadBlob(node, manifest.At("config")).At("architecture").GetString());
            Assert.Equal(Checksums(node, $"{Programs}/{architecture}"), LayerFiles(node, manifest));
        }
    }

    [Fact]
    public void A_program_of_another_architecture_is_refused()
    {
        using var node = NewNode();
        node.Run("cp", $"{Programs}/amd64/cni-bridge", $"{Programs}/arm64/cni-bridge").Succeeded();

        var result = Build(node);

        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            $"{Programs}/arm64/cni-bridge is not a program for this architecture: its e_machine is 3e00, not b700", result.Stderr,
            StringComparison.Ordinal);
    }

    static ScratchNode NewNode()
    {
        Requirement.Node("buildah", "tar", "sha256sum");
        Assert.SkipUnless(
            RuntimeInformation.OSArchitecture == Architecture.X64, "the published programs are not for x64");
        var node = new ScratchNode();
        node.WriteFile(s_environment["CONTAINERS_STORAGE_CONF"], $"""
            [storage]
            driver = "vfs"
            graphroot = "{ScratchNode.Directory}/images"
            runroot = "{ScratchNode.Directory}/run"

            """);
        node.Run("sh", "-ec", $$"""
            for arch in amd64 arm64; do
                mkdir -p {{Programs}}/$arch
                cp {{Shell.Quote(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"))}} {{Shell.Quote(AgentProgram.Path)}} {{Programs}}/$arch
            done
            for file in {{Programs}}/arm64/*; do
                printf '\267' | dd of=$file bs=1 seek=18 conv=notrunc status=none
            done
            """).Succeeded();
        return node;
    }

    static CommandResult Build(ScratchNode node)
    {
        var result = Run(node, Path.Combine(PluginDirectory.RepositoryRoot, "scripts/image"), "--from", Programs, Name);
        Assert.SkipWhen(
            result.Stderr.Contains("operation not permitted", StringComparison.Ordinal), $"buildah cannot build here: {result.Stderr}");
        return result;
    }

    static CommandResult Run(ScratchNode node, string program, params string[] arguments)
    {
        using var process = node.Start(program, arguments, s_environment);
        process.FinishInput();
        return process.WaitForExit();
    }

    static string Checksums(ScratchNode node, string directory) =>
        node.Run("sh", "-ec", $"cd {directory}; sha256sum *").Succeeded().Stdout;

    static JsonElement ReadBlob(ScratchNode node, JsonElement descriptor) => node.Run("cat", BlobOf(descriptor)).Succeeded().Json;

    static string BlobOf(JsonElement descriptor) =>
        $"{Layout}/blobs/{descriptor.At("digest").GetString()!.Replace(':', '/')}";

    /// <summary>Returns the checksums of the files in the one layer of an image.</summary>
    static string LayerFiles(ScratchNode node, JsonElement manifest)
    {
        var blob = BlobOf(Assert.Single(manifest.At("layers").EnumerateArray()));
        node.Run("sh", "-ec", $"mkdir {blob}.files; tar -xf {blob} -C {blob}.files").Succeeded();
        return Checksums(node, $"{blob}.files");
    }
}

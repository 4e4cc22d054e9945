using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A container image of this machine's static busybox as an archive, made without a registry.</summary>
static class BusyboxImage
{
    public const string Name = "localhost/busybox:e2e";

    const UnixFileMode Executable = (UnixFileMode)0b111_101_101;

    /// <summary>Writes the archive into the node and returns its path there.</summary>
    public static string WriteArchive(ScratchNode node)
    {
        const string path = $"{ScratchNode.Directory}/busybox.tar";
        var layer = Layer(InstalledPrograms.Find("busybox")!);
        var digest = Convert.ToHexStringLower(SHA256.HashData(layer));
        var configuration = $$$"""
            {
              "architecture": "amd64", "os": "linux",
              "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/sh"]},
              "rootfs": {"type": "layers", "diff_ids": ["sha256:{{{digest}}}"]},
              "history": [{"created_by": "tests"}]
            }
            """;
        var manifest = $$"""[{"Config": "config.json", "RepoTags": ["{{Name}}"], "Layers": ["layer.tar"]}]""";
        using var archive = new TarWriter(File.Create(node.FromOutside(path)));
        Add(archive, "manifest.json", Encoding.UTF8.GetBytes(manifest));
        Add(archive, "config.json", Encoding.UTF8.GetBytes(configuration));
        Add(archive, "layer.tar", layer);
        return path;
    }

    static byte[] Layer(string busybox)
    {
        using var content = new MemoryStream();
        using (var layer = new TarWriter(content, leaveOpen: true))
        {
            layer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "bin/") { Mode = Executable });
            Add(layer, "bin/busybox", File.ReadAllBytes(busybox));
            foreach (var program in new[] { "sh", "cat", "ip", "ping", "sleep" })
            {
                layer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{program}") { LinkName = "busybox" });
            }
        }

        return content.ToArray();
    }

    static void Add(TarWriter archive, string name, byte[] content)
    {
        using var stream = new MemoryStream(content);
        archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = Executable, DataStream = stream });
    }
}

using CniBridge.Linux.Namespaces;

namespace CniBridge.Linux.Tests;

/// <summary>Tests with mount tables in the form of /proc/PID/mountinfo. A directory stands for each process.</summary>
public sealed class MountedNamespaceTests : IDisposable
{
    readonly string _process = Directory.CreateTempSubdirectory("process-").FullName;

    public void Dispose() => Directory.Delete(_process, recursive: true);

    List<MountedNamespace> Read(string table)
    {
        File.WriteAllText($"{_process}/mountinfo", table);
        return [.. MountedNamespace.ReadAll(_process, "0:4")];
    }

    static string Line(string root, string mountPoint, string options = "rw", string device = "0:4") =>
        $"36 35 {device} {root} {mountPoint} {options} shared:7 - nsfs nsfs rw\n";

    [Fact]
    public void Network_namespaces_are_selected_among_all_mounts()
    {
        var found = Read(
            "24 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n" +
            Line("net:[4026532281]", "/run/netns/pod") +
            Line("uts:[4026532282]", "/run/utsns/pod") +
            Line("/net:[4026532283]", "/tmp/directory", device: "0:30") +
            Line("net:[4026532284]", "/tmp/other-file-system", device: "0:30") +
            "25 1 0:4 net:[4026532285] /short\n" +
            Line("net:[4026532286]", "/run/netns/last").TrimEnd('\n'));
        Assert.Equal([new MountedNamespace("0:4:4026532281", "/run/netns/pod")], found);
    }

    [Theory]
    [InlineData("/a\\040b\\011\\012\\134\\043", "/a b\t\n\\#")]
    [InlineData("/größe", "/größe")]
    [InlineData("/\\04", "/\\04")]
    [InlineData("/\\999", "/\\999")]
    [InlineData("/\\", "/\\")]
    public void Mount_points_are_written_with_octal_numbers(string written, string path) =>
        Assert.Equal(path, Assert.Single(Read(Line("net:[1]", written))).Path);

    // An overlay of many layers has long options. The kernel returns the table in pieces of any size.
    [Theory]
    [InlineData(1)]
    [InlineData(4_000)]
    [InlineData(32_700)]
    [InlineData(65_400)]
    [InlineData(65_500)]
    [InlineData(65_600)]
    [InlineData(200_000)]
    public void Lines_after_a_very_long_one_are_read(int length)
    {
        var other = Line("/", "/overlay", new string('x', length));
        Assert.Equal(
            ["/first", "/second", "/third"],
            Read(Line("net:[1]", "/first") + other + Line("net:[2]", "/second") + other + other + Line("net:[3]", "/third"))
                .Select(mounted => mounted.Path));
    }

    [Fact]
    public void A_process_that_ended_has_no_mounts() => Assert.Empty(MountedNamespace.ReadAll("/proc/0", "0:4"));
}

using CniBridge.Linux;
using CniBridge.Node.Installation;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Tests.Installation;

/// <summary>Tests of the plugin directory before and after an installation. End-to-end tests check the moments in between.</summary>
public sealed class PluginInstallationTests : IDisposable
{
    const UnixFileMode Mode = (UnixFileMode)0b111_101_101;

    static readonly string[] s_roles = ["bridge", "portmap"];

    readonly TemporaryDirectory _root = new();

    public PluginInstallationTests() => File.WriteAllBytes(Source, Program(1));

    public void Dispose() => _root.Dispose();

    string Source => _root["source"];

    string Bin => _root["opt/cni/bin"];

    IReadOnlyList<string> Install() => new PluginInstallation(Source, Bin, s_roles).Run();

    [Fact]
    public void The_directory_is_created_and_filled()
    {
        Assert.Equal(["cni-bridge", "bridge", "portmap"], Install());
        AssertInstalled(1);
        Assert.Empty(Install());
        AssertInstalled(1);
    }

    [Theory]
    [InlineData("cni-bridge")]
    [InlineData("bridge")]
    public void A_file_is_replaced(string name)
    {
        Directory.CreateDirectory(Bin);
        File.WriteAllText(InBin(name), "older");
        Install();
        AssertInstalled(1);
    }

    [Theory]
    [InlineData("cni-bridge")]
    [InlineData("bridge")]
    public void A_link_is_replaced_and_its_target_stays(string name)
    {
        Directory.CreateDirectory(Bin);
        File.WriteAllText(_root["elsewhere"], "precious");
        File.CreateSymbolicLink(InBin(name), _root["elsewhere"]);
        File.CreateSymbolicLink(InBin("portmap"), _root.Path);
        Install();
        AssertInstalled(1);
        Assert.Equal("precious", File.ReadAllText(_root["elsewhere"]));
    }

    // Otherwise a link to the program itself would become a link to itself.
    [Fact]
    public void The_program_is_copied_to_a_separate_file()
    {
        Directory.CreateDirectory(Bin);
        File.SetUnixFileMode(Source, Mode);
        File.CreateSymbolicLink(InBin("cni-bridge"), Source);
        Assert.Equal(["cni-bridge", "bridge", "portmap"], Install());
        AssertInstalled(1);
    }

    [Fact]
    public void Only_changed_files_are_installed()
    {
        Install();
        File.WriteAllBytes(Source, Program(2));
        Assert.Equal(["cni-bridge"], Install());
        AssertInstalled(2);
        File.Delete(InBin("portmap"));
        Assert.Equal(["portmap"], Install());
        File.SetUnixFileMode(InBin("cni-bridge"), UnixFileMode.UserRead);
        Assert.Equal(["cni-bridge"], Install());
        AssertInstalled(2);
    }

    // A power failure can leave a file with the right length and wrong content.
    [Theory]
    [InlineData(0)]
    [InlineData(99_999)]
    public void A_damaged_program_is_replaced(int place)
    {
        Install();
        var damaged = Program(1);
        damaged[place] ^= 1;
        File.WriteAllBytes(InBin("cni-bridge"), damaged);
        Assert.Equal(["cni-bridge"], Install());
        AssertInstalled(1);
    }

    [Fact]
    public void A_file_of_a_killed_process_is_deleted()
    {
        Install();
        File.WriteAllText(InBin(".cni-bridge.unfinished"), "half");
        File.CreateSymbolicLink(InBin(".bridge.unfinished"), "cni-bridge");
        Assert.Empty(Install());
        AssertInstalled(1);
    }

    [Theory]
    [InlineData("cni-bridge")]
    [InlineData("portmap")]
    public void A_directory_is_refused_before_anything_is_changed(string name)
    {
        Directory.CreateDirectory(InBin(name));
        File.WriteAllText(InBin("bridge"), "older");
        Assert.Contains($"{InBin(name)} is a directory", Assert.Throws<RuntimeException>(Install).Message, StringComparison.Ordinal);
        Assert.Equal("older", File.ReadAllText(InBin("bridge")));
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(Bin).Count());
    }

    [Fact]
    public void A_failure_leaves_nothing_unfinished()
    {
        Install();
        File.Delete(Source);
        Assert.Throws<KernelException>(Install);
        AssertInstalled(1);
        File.WriteAllText(_root["file"], "");
        Assert.Throws<KernelException>(() => new PluginInstallation(Source, _root["file"], s_roles).Run());
    }

    [Fact]
    public async Task Concurrent_installations_wait_for_each_other()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(Install, TestContext.Current.CancellationToken)));
        Assert.Single(all, changed => changed.Count > 0);
        AssertInstalled(1);
    }

    void AssertInstalled(byte version)
    {
        Assert.Equal(
            [".cni-bridge", "bridge", "cni-bridge", "portmap"],
            Directory.EnumerateFileSystemEntries(Bin).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(Program(version), File.ReadAllBytes(InBin("cni-bridge")));
        Assert.Equal(Mode, File.GetUnixFileMode(InBin("cni-bridge")));
        Assert.Null(new FileInfo(InBin("cni-bridge")).LinkTarget);
        Assert.All(s_roles, role => Assert.Equal("cni-bridge", new FileInfo(InBin(role)).LinkTarget));
    }

    string InBin(string name) => Path.Combine(Bin, name);

    /// <summary>Returns a program that is longer than one buffer.</summary>
    static byte[] Program(byte version)
    {
        var bytes = new byte[100_000];
        bytes.AsSpan().Fill(version);
        return bytes;
    }
}

using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

public sealed class DirectoryWatchTests : IDisposable
{
    static readonly TimeSpan s_long = TimeSpan.FromSeconds(10);

    readonly string _directory = Directory.CreateTempSubdirectory("cni-bridge-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    string this[string name] => Path.Combine(_directory, name);

    [Fact]
    public void A_file_that_is_written_replaced_or_deleted_is_reported()
    {
        using var watch = DirectoryWatch.TryOpen(_directory)!;
        AssertTold(watch, () => File.WriteAllText(this["nodes"], "1"));
        AssertTold(watch, () => File.AppendAllText(this["nodes"], "2"));
        AssertTold(watch, () => File.WriteAllText(this[".new"], "3"));
        AssertTold(watch, () => File.Move(this[".new"], this["nodes"], overwrite: true));
        AssertTold(watch, () => File.Delete(this["nodes"]));
    }

    // The kubelet does the same: ..data is a link to a directory, and another link is renamed over it.
    [Fact]
    public void A_link_that_is_replaced_is_reported()
    {
        Directory.CreateDirectory(this["..1"]);
        Directory.CreateDirectory(this["..2"]);
        File.CreateSymbolicLink(this["..data"], "..1");
        using var watch = DirectoryWatch.TryOpen(_directory)!;
        File.CreateSymbolicLink(this["..data_tmp"], "..2");
        Assert.True(watch.Wait(s_long));
        // The base library would follow the link before the rename.
        AssertTold(watch, () => Assert.Equal(0, LibC.rename(this["..data_tmp"], this["..data"])));
    }

    [Fact]
    public void No_event_is_reported_without_a_change()
    {
        File.WriteAllText(this["nodes"], "1");
        using var watch = DirectoryWatch.TryOpen(_directory)!;
        _ = File.ReadAllText(this["nodes"]);
        Assert.False(watch.Wait(TimeSpan.FromMilliseconds(20)));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("file")]
    public void A_missing_directory_cannot_be_watched(string name)
    {
        File.WriteAllText(this["file"], "");
        var watch = DirectoryWatch.TryOpen(name == "file" ? this["file/below"] : this[name]);
        Assert.Null(watch);
    }

    [Fact]
    public void A_path_with_a_NUL_is_refused() =>
        Assert.Throws<InvalidDataException>(() => DirectoryWatch.TryOpen(_directory + "\0"));

    static void AssertTold(DirectoryWatch watch, Action change)
    {
        while (watch.Wait(TimeSpan.Zero))
        {
        }
        change();
        Assert.True(watch.Wait(s_long));
    }
}

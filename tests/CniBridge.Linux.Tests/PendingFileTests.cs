using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

public sealed class PendingFileTests : IDisposable
{
    const uint Mode = 0b110_000_000;

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    string Name => Path.Combine(_directory.FullName, "file");

    public void Dispose() => _directory.Delete(recursive: true);

    IEnumerable<string> Names() => _directory.EnumerateFileSystemInfos().Select(entry => entry.Name);

    [Fact]
    public void A_file_is_invisible_until_it_gets_its_name()
    {
        using (var file = PendingFile.Create(Name, "content"u8, Mode))
        {
            Assert.Empty(Names());
            Assert.True(file.TryPublish());
            Assert.Equal("content", File.ReadAllText(Name));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Name));
        }
        Assert.Equal(["file"], Names());
    }

    [Fact]
    public void A_file_that_gets_no_name_leaves_nothing()
    {
        PendingFile.Create(Name, "content"u8, Mode).Dispose();
        Assert.Empty(Names());
    }

    [Fact]
    public void An_existing_file_is_not_replaced()
    {
        File.WriteAllText(Name, "other");
        using var file = PendingFile.Create(Name, "content"u8, Mode);
        Assert.False(file.TryPublish());
        Assert.Equal("other", File.ReadAllText(Name));
        Assert.Equal(["file"], Names());
    }

    [Fact]
    public void The_modification_time_is_known_before_the_name()
    {
        using var file = PendingFile.Create(Name, "content"u8, Mode);
        Assert.InRange(file.ModifiedAt, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow);
        Thread.Sleep(20);
        Assert.True(file.TryPublish());
        Assert.Equal(file.ModifiedAt, SmallFile.ModifiedAt(Name));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("2001-02-03T04:05:06.1234567Z")]
    [InlineData("2026-12-31T23:59:59.9999999Z")]
    public void A_file_may_get_an_earlier_time(string text)
    {
        var time = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        using var file = PendingFile.Create(Name, "content"u8, Mode, time);
        Assert.True(file.TryPublish());
        Assert.Equal(time, file.ModifiedAt);
        Assert.Equal(time, new DateTimeOffset(File.GetLastWriteTimeUtc(Name)));
    }

    [Fact]
    public void A_directory_that_does_not_exist_is_reported() => Assert.Equal(
        Errno.ENOENT,
            Assert.Throws<KernelException>(() => PendingFile.Create(Path.Combine(_directory.FullName, "no/file"), "x"u8, Mode)).Errno);
}

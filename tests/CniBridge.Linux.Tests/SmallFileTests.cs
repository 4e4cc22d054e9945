using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

public sealed class SmallFileTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    string File => Path.Combine(_directory.FullName, "file");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(1024)]
    [InlineData(5000)]
    public void A_file_is_read_completely(int length)
    {
        var content = Bytes(length);
        System.IO.File.WriteAllBytes(File, content);
        Assert.Equal(content, SmallFile.TryRead(File, 8192));
        Assert.Equal(content, SmallFile.TryRead(File));
    }

    [Fact]
    public void Input_above_the_limit_is_refused()
    {
        using (var file = System.IO.File.Create(File))
            file.SetLength((16 << 20) - 1);
        Assert.Equal((16 << 20) - 1, SmallFile.TryRead(File)!.Length);
        using (var file = System.IO.File.OpenWrite(File))
            file.SetLength(1L << 40);
        Assert.Contains(
            "longer than 16777216 bytes", Assert.Throws<IOException>(() => SmallFile.TryRead(File)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(512)]
    [InlineData(600)]
    public void Output_above_the_limit_is_cut(int limit)
    {
        System.IO.File.WriteAllBytes(File, Bytes(2000));
        Assert.Equal(Bytes(2000)[..limit], SmallFile.TryRead(File, limit));
    }

    [Fact]
    public void A_missing_file_gives_null() => Assert.Null(SmallFile.TryRead(File, 512) ?? SmallFile.TryRead(File));

    [Theory]
    [InlineData("")]
    [InlineData("10.88.0.9")]
    [InlineData("10.88.0.10")]
    [InlineData("10.88.0.100")]
    public void New_content_replaces_all_of_the_old_content(string before)
    {
        System.IO.File.WriteAllText(File, before);
        OverwrittenFile.Write(File, "10.88.0.11"u8, 0b110_000_000);
        Assert.Equal("10.88.0.11", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void A_missing_file_is_created_with_the_requested_mode()
    {
        OverwrittenFile.Write(File, "x"u8, 0b110_000_000);
        Assert.Equal("x", System.IO.File.ReadAllText(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_replaces_another_or_none_without_a_leftover(bool isPublished)
    {
        foreach (var length in new[] { 10, 5000, 0, 3 })
        {
            Write(isPublished, Bytes(length));
            Assert.Equal(Bytes(length), System.IO.File.ReadAllBytes(File));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
            Assert.Equal(["file"], Names());
        }
    }

    void Write(bool isPublished, byte[] content)
    {
        if (isPublished)
            AtomicFile.Publish(File, content, 0b110_000_000);
        else
            AtomicFile.Replace(File, content, 0b110_000_000);
    }

    // containerd reloads its configuration on a rename, and ignores files that are created.
    [Fact]
    public async Task A_new_file_is_published_by_a_rename()
    {
        using var watcher = new FileSystemWatcher(_directory.FullName);
        var renames = new System.Collections.Concurrent.BlockingCollection<string?>();
        watcher.Renamed += (_, change) => renames.Add($"{change.OldName} {change.Name}");
        watcher.EnableRaisingEvents = true;
        for (var i = 0; i < 2; i++)
        {
            AtomicFile.Publish(File, "new"u8, 0b110_000_000);
            Assert.Equal(
                ".file.tmp file",
                await Task.Run(() => renames.TryTake(out var rename, 10_000) ? rename : "none", TestContext.Current.CancellationToken));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Leftovers_beside_a_file_are_deleted_at_a_replacement_and_on_request(bool isPublished)
    {
        var beside = Path.Combine(_directory.FullName, ".file.tmp");
        Assert.True(AtomicFile.IsUnfinished(".file.tmp"));
        System.IO.File.WriteAllText(File, "old");
        System.IO.File.WriteAllText(beside, "left");
        Write(isPublished, "new"u8.ToArray());
        Assert.Equal("new", System.IO.File.ReadAllText(File));
        Assert.Equal(["file"], Names());

        System.IO.File.WriteAllText(beside, "left");
        AtomicFile.TryDeleteUnfinished(File);
        AtomicFile.TryDeleteUnfinished(File);
        Assert.Equal(["file"], Names());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_cannot_be_replaced_stays_without_a_leftover(bool isPublished)
    {
        Directory.CreateDirectory(File);
        Assert.Equal(Errno.EISDIR, Assert.Throws<KernelException>(() => Write(isPublished, [])).Errno);
        Assert.Equal(["file"], Names());
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(
            () => AtomicFile.Replace(Path.Combine(_directory.FullName, "no/file"), "new"u8, 0b110_000_000)).Errno);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Concurrent_replacements_of_a_file_leave_one_complete_version(bool isPublished)
    {
        Write(isPublished, []);
        var writing = 4;
        var stop = TestContext.Current.CancellationToken;
        var writers = Enumerable.Range(1, writing).Select(writer => Task.Run(() =>
        {
            try
            {
                for (var i = 0; i < 200; i++)
                    Write(isPublished, Bytes(1000 * writer));
            }
            finally
            {
                Interlocked.Decrement(ref writing);
            }
        }, stop));
        var reader = Task.Run(() =>
        {
            while (Volatile.Read(ref writing) > 0)
            {
                var content = System.IO.File.ReadAllBytes(File);
                Assert.Equal(Bytes(content.Length), content);
                Assert.Equal(0, content.Length % 1000);
            }
        }, stop);
        await Task.WhenAll(writers);
        await reader;
        Assert.Equal(["file"], Names());
    }

    IEnumerable<string?> Names() => _directory.EnumerateFileSystemInfos().Select(entry => entry.Name);

    [Fact]
    public void A_link_is_linked_and_renamed_without_following_it()
    {
        System.IO.File.CreateSymbolicLink(File, "/nowhere");
        Assert.True(SmallFile.TryAddName(File, File + ".kept"));
        System.IO.File.WriteAllText(File + ".other", "x");
        SmallFile.Rename(File + ".kept", File + ".other");
        Assert.Equal("/nowhere", new FileInfo(File + ".other").LinkTarget);
        Assert.Equal(Errno.EEXIST, Assert.Throws<KernelException>(() => SmallFile.TryAddName(File, File + ".other")).Errno);
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => SmallFile.Rename(File + ".kept", File)).Errno);
        // The file is on another file system than temporary files.
        Assert.False(SmallFile.TryAddName("/proc/version", File + ".version"));
    }

    [Fact]
    public void A_directory_is_emptied_without_following_links()
    {
        Directory.CreateDirectory(File + ".d/deep/deeper");
        System.IO.File.WriteAllText(File, "precious");
        System.IO.File.WriteAllText(File + ".d/deep/file", "");
        Directory.CreateSymbolicLink(File + ".d/deep/link", Path.GetDirectoryName(File)!);
        Assert.False(Directories.TryRemove(File + ".d"));
        Directories.Empty(File + ".d");
        Assert.True(Directories.TryRemove(File + ".d"));
        Assert.False(Directories.TryRemove(File + ".d"));
        Directories.Empty(File + ".d");
        Assert.Equal("precious", System.IO.File.ReadAllText(File));
    }

    static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)(i * 7);
        return bytes;
    }
}

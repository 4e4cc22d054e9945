using System.Net.Sockets;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

/// <summary>Tests of paths that are not regular files: no call blocks, and each error names the kind of file.</summary>
public sealed class RegularFileTests : IDisposable
{
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    string Target => Path.Combine(_directory.FullName, "target");

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>The kinds of files and their words in errors.</summary>
    public static TheoryData<string, string> Others => new()
    {
        { "fifo", "a named pipe" },
        { "socket", "a socket" },
        { "directory", "a directory" },
        { "device", "a device" },
        { "link to fifo", "a named pipe" },
    };

    void Make(string kind)
    {
        switch (kind)
        {
            case "directory":
                Directory.CreateDirectory(Target);
                break;
            case "socket":
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                    socket.Bind(new UnixDomainSocketEndPoint(Target + ".bound"));
                // Closing deletes the name that it was bound to.
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                {
                    socket.Bind(new UnixDomainSocketEndPoint(Target + ".bound"));
                    File.Move(Target + ".bound", Target);
                }
                break;
            case "device":
                File.CreateSymbolicLink(Target, "/dev/null");
                break;
            case "fifo":
                Assert.Equal(0, HelperProgram.Run("", "mkfifo", Target).ExitCode);
                break;
            default:
                Assert.Equal(0, HelperProgram.Run("", "mkfifo", Target + ".fifo").ExitCode);
                File.CreateSymbolicLink(Target, Target + ".fifo");
                break;
        }
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Special_files_are_not_read(string kind, string words)
    {
        Make(kind);
        AssertRefused(() => RegularFile.ReadAll(Target, 100), words);
        AssertRefused(() => RegularFile.OpenRead(Target).Dispose(), words);
        AssertRefused(() => SmallFile.TryRead(Target), words);
        AssertRefused(() => SmallFile.TryRead(Target, 100), words);
        Assert.Null(SmallFile.TryReadRegular(Target));
        Assert.Null(SmallFile.TryReadRegular(Target, 100));
        Assert.False(SmallFile.IsRegular(Target));
    }

    [Theory]
    [MemberData(nameof(Others))]
    public void Special_files_are_not_written(string kind, string words)
    {
        Make(kind);
        // A link itself is refused, independently of its target.
        words = kind is "device" or "link to fifo" ? "a symbolic link" : words;
        // open(2) has its own error for a directory.
        if (kind == "directory")
        {
            Assert.Equal(Errno.EISDIR, Assert.Throws<KernelException>(() => OverwrittenFile.Write(Target, "new"u8, 0)).Errno);
            return;
        }
        AssertRefused(() => OverwrittenFile.Write(Target, "new"u8, 0), words);
        AssertRefused(() => OverwrittenFile.WriteOverShorter(Target, "new"u8), words);
        AssertRefused(() => new BoundedLog(Target, 1024).Append("line\n"u8), words);
    }

    // A reader at the other end makes open(2) succeed.
    [Fact]
    public void A_pipe_with_a_reader_is_not_written()
    {
        Make("fifo");
        using var reader = File.OpenHandle(Target, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        AssertRefused(() => OverwrittenFile.Write(Target, "new"u8, 0), "a named pipe");
    }

    [Fact]
    public void A_link_is_followed_for_reading()
    {
        File.WriteAllText(Target, "content");
        File.CreateSymbolicLink(Target + ".link", Target);
        Assert.Equal("content"u8.ToArray(), RegularFile.ReadAll(Target + ".link", 100));
        AssertRefused(() => OverwrittenFile.Write(Target + ".link", "new"u8, 0), "a symbolic link");
        Assert.Equal("content", File.ReadAllText(Target));
    }

    [Fact]
    public void A_special_file_is_replaced_by_a_regular_file()
    {
        foreach (var publish in new[] { false, true })
        {
            Make("fifo");
            if (publish)
                AtomicFile.Publish(Target, "new"u8, 0b110_000_000);
            else
                AtomicFile.Replace(Target, "new"u8, 0b110_000_000);
            Assert.Equal("new", File.ReadAllText(Target));
            File.Delete(Target);
        }
    }

    [Fact]
    public void Missing_and_overlong_values_are_reported()
    {
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => RegularFile.ReadAll(Target, 100)).Errno);
        File.WriteAllText(Target, new string('x', 100));
        Assert.Contains(
            "longer than 100 bytes", Assert.Throws<IOException>(() => RegularFile.ReadAll(Target, 100)).Message, StringComparison.Ordinal);
        Assert.Equal(100, RegularFile.ReadAll(Target, 101).Length);
    }

    void AssertRefused(Action action, string words) =>
        Assert.Equal($"{Target} is {words}; a regular file is needed".Replace(Target, "", StringComparison.Ordinal),
            Assert.ThrowsAny<IOException>(action).Message.Replace(Target, "", StringComparison.Ordinal)
                .Replace(".link", "", StringComparison.Ordinal));
}

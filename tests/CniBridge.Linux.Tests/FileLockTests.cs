using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

public sealed class FileLockTests : IDisposable
{
    const uint Mode = 0x180; // 0600

    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50), Long = TimeSpan.FromSeconds(20);

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();

    string Lock => Path.Combine(_directory.FullName, "lock");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void The_file_is_made_with_its_mode()
    {
        using var held = FileLock.Acquire(Lock, Mode, Short);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Lock));
    }

    [Fact]
    public void Another_program_cannot_acquire_a_held_lock()
    {
        using (FileLock.Acquire(Lock, Mode, Short))
            Assert.False(CanFlock());
        Assert.True(CanFlock());
    }

    [Fact]
    public void The_lock_is_not_acquired_while_another_program_has_it()
    {
        using var holder = HoldLock();
        Assert.Throws<KernelException>(() => FileLock.Acquire(Lock, Mode, Short));
        Assert.Throws<KernelException>(() => FileLock.TryAcquire(Lock, Mode, Short));
    }

    string Own => Path.Combine(_directory.FullName, "own");

    [Fact]
    public void The_lock_of_a_directory_is_a_file_that_only_its_owner_can_open()
    {
        using (FileLock.AcquireDirectory(Own, Short))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Own, "lock")));
            Assert.Throws<KernelException>(() => FileLock.AcquireDirectory(Own, Short));
        }
        Assert.Empty(_directory.EnumerateFileSystemInfos());
    }

    [Fact]
    public void A_lock_directory_with_another_file_is_not_deleted()
    {
        using (FileLock.AcquireDirectory(Own, Short))
            File.WriteAllText(Path.Combine(Own, "file"), "precious");
        Assert.Equal(["file", "lock"], _directory.GetDirectories()[0].EnumerateFileSystemInfos().Select(entry => entry.Name).Order());
        FileLock.AcquireDirectory(Own, Short).Dispose();
    }

    [Fact]
    public void A_lock_whose_directory_was_deleted_still_has_one_holder()
    {
        using (FileLock.AcquireDirectory(Own, Short))
            Directory.Delete(Own, recursive: true);
        using var next = FileLock.AcquireDirectory(Own, Short);
        Assert.Throws<KernelException>(() => FileLock.AcquireDirectory(Own, Short));
    }

    // Each one except the first waits for a file that is deleted before it gets the lock.
    [Fact]
    public async Task The_lock_of_a_directory_has_one_holder_at_a_time()
    {
        var stop = TestContext.Current.CancellationToken;
        var (holders, most, count) = (0, 0, 0);
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var held = FileLock.AcquireDirectory(Own, Long);
                most = Math.Max(most, Interlocked.Increment(ref holders));
                count++;
                Interlocked.Decrement(ref holders);
            }
        }, stop));
        await Task.WhenAll(workers);
        Assert.Equal((1, 200), (most, count));
        Assert.Empty(_directory.EnumerateFileSystemInfos());
    }

    // Any user can lock a directory that they may read.
    [Fact]
    public void A_lock_on_the_directory_itself_does_not_block()
    {
        Directory.CreateDirectory(Own);
        var version = HelperProgram.Run("", "flock", "--version");
        Assert.SkipWhen(version.ExitCode is null, "flock (util-linux) is not installed");
        using var holder = HelperProgram.Start("flock", "--no-fork", Own, "sh", "-c", "echo held; read line");
        Assert.Equal("held", holder.ReadLine());
        FileLock.AcquireDirectory(Own, Short).Dispose();
    }

    [Fact]
    public void A_link_in_place_of_the_lock_is_refused()
    {
        File.CreateSymbolicLink(Lock, Path.Combine(_directory.FullName, "elsewhere"));
        Assert.Equal(Errno.ELOOP, Assert.Throws<KernelException>(() => FileLock.Acquire(Lock, Mode, Short)).Errno);
        Assert.False(File.Exists(Path.Combine(_directory.FullName, "elsewhere")));
    }

    [Fact]
    public void The_error_after_a_timeout_names_the_holder()
    {
        using var holder = HoldLock();
        var exception = Assert.Throws<KernelException>(() => FileLock.Acquire(Lock, Mode, Short));
        Assert.Equal(Errno.ETIMEDOUT, exception.Errno);
        Assert.True(exception.IsTemporary);
        Assert.Equal(
            $"could not lock {Lock}, held by process {holder.Id} (sh): connection timed out", exception.Message);
    }

    [Fact]
    public async Task The_lock_is_acquired_as_soon_as_the_other_program_ends()
    {
        using var holder = HoldLock();
        var acquired = Task.Run(() => FileLock.Acquire(Lock, Mode, Long), TestContext.Current.CancellationToken);
        await Task.Delay(Short, TestContext.Current.CancellationToken);
        Assert.False(acquired.IsCompleted);
        holder.End();
        using var held = await acquired;
        Assert.False(CanFlock());
    }

    // A waiter that gave up must not get the lock later, because the lock would never be released.
    [Fact]
    public void A_lock_is_not_acquired_after_the_timeout()
    {
        using (HoldLock())
            Assert.Throws<KernelException>(() => FileLock.Acquire(Lock, Mode, Short));
        // Time for a remaining waiter to wake up
        Thread.Sleep(Short);
        Assert.True(CanFlock("--timeout", "1"));
    }

    // A blocking open would wait for a writer.
    [Fact]
    public void A_named_pipe_in_place_of_the_file_does_not_block()
    {
        Assert.Equal(0, HelperProgram.Run("", "mkfifo", Lock).ExitCode);
        using (FileLock.Acquire(Lock, Mode, TimeSpan.FromSeconds(1)))
            Assert.Throws<KernelException>(() => FileLock.Acquire(Lock, Mode, TimeSpan.FromMilliseconds(50)));
    }

    [Theory]
    [InlineData("missing/lock")]
    [InlineData("file/lock")]
    public void A_missing_directory_cannot_be_locked(string path)
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "file"), "");
        Assert.Null(FileLock.TryAcquire(Path.Combine(_directory.FullName, path), Mode, Short));
        Assert.Throws<KernelException>(() => FileLock.Acquire(Path.Combine(_directory.FullName, path), Mode, Short));
    }

    [Fact]
    public void Two_locks_of_one_process_exclude_each_other()
    {
        using (FileLock.Acquire(Lock, Mode, Short))
            Assert.Contains($"held by process {Environment.ProcessId} ", Refusal(), StringComparison.Ordinal);
    }

    string Refusal() => Assert.Throws<KernelException>(() => FileLock.Acquire(Lock, Mode, Short)).Message;

    bool CanFlock(params string[] options)
    {
        var (exitCode, output) = HelperProgram.Run("", "flock", [.. options.DefaultIfEmpty("--nonblock"), Lock, "true"]);
        Assert.SkipWhen(exitCode is null, "flock (util-linux) is not installed");
        Assert.True(exitCode is 0 or 1, output);
        return exitCode == 0;
    }

    HelperProgram HoldLock()
    {
        var version = HelperProgram.Run("", "flock", "--version");
        Assert.SkipWhen(version.ExitCode is null, "flock (util-linux) is not installed");
        // Without a fork, the started program itself holds the lock.
        var holder = HelperProgram.Start("flock", "--no-fork", Lock, "sh", "-c", "echo held; read line");
        Assert.Equal("held", holder.ReadLine());
        return holder;
    }
}

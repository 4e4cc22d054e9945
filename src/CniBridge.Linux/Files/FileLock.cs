using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>
/// An exclusive flock(2) on a file, held until it is disposed. The Go plugins take the same lock on the same file. Locks of
/// FileStream do not exclude them, because they are fcntl locks or do not wait.
/// </summary>
public sealed class FileLock : IDisposable
{
    /// <summary>The name of the lock file of a directory.</summary>
    public const string NameInDirectory = "lock";

    const uint ModeInDirectory = 0b110_000_000;

    /// <summary>Non-blocking, so that open(2) of a named pipe does not wait for a writer. A pipe can be locked, too.</summary>
    static int OpenFlags => LibC.O_RDONLY | LibC.O_CREAT | LibC.O_NONBLOCK | LibC.O_NOFOLLOW;

    readonly Descriptor _file;

    /// <summary>The directory to remove on disposal if it is otherwise empty; null for none.</summary>
    string? _directory;

    FileLock(Descriptor file) => _file = file;

    /// <summary>Creates the file if necessary, and waits for its lock until the deadline.</summary>
    /// <exception cref="KernelException">ETIMEDOUT at the deadline; the message names the process that holds the lock.</exception>
    public static FileLock Acquire(string path, uint mode, TimeSpan deadline) =>
        Lock(Descriptor.Open(path, OpenFlags, mode), path, deadline);

    /// <summary>Acquires the lock as <see cref="Acquire"/> does. Returns null if the directory of the file does not exist.</summary>
    public static FileLock? TryAcquire(string path, uint mode, TimeSpan deadline)
    {
        var file = Descriptor.TryOpen(path, OpenFlags, mode, Errno.ENOENT, Errno.ENOTDIR);
        return file is null ? null : Lock(file, path, deadline);
    }

    /// <summary>
    /// Acquires the lock of a directory, and creates the directory if necessary. It locks a file that only its owner can open: any
    /// user could lock the directory itself. On disposal it removes a directory that contains nothing else.
    /// </summary>
    /// <exception cref="KernelException">ETIMEDOUT at the deadline; the message names the process that holds the lock.</exception>
    public static FileLock AcquireDirectory(string directory, TimeSpan deadline)
    {
        var path = Path.Combine(directory, NameInDirectory);
        var end = Environment.TickCount64 + (long)deadline.TotalMilliseconds;
        while (true)
        {
            Directories.Ensure(directory);
            var held = TryAcquire(path, ModeInDirectory, TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64)));
            if (held?.IsInPlace(path) == true)
            {
                held._directory = directory;
                return held;
            }
            // The previous holder deleted the file. The lock of a deleted file excludes no other process.
            held?.Dispose();
        }
    }

    bool IsInPlace(string path) => _file.Identity == SmallFile.IdentityOf(path);

    static FileLock Lock(Descriptor file, string path, TimeSpan deadline)
    {
        var number = file.Number;
        if (LibC.flock(number, LibC.LOCK_EX | LibC.LOCK_NB) == 0)
            return new FileLock(file);
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.EAGAIN)
            errno = WaitOnOwnThread(file, deadline);
        else
            file.Dispose();
        if (errno == 0)
            return new FileLock(file);
        throw new KernelException($"lock {path}{(errno == Errno.ETIMEDOUT ? Holder(path) : "")}", errno);
    }

    /// <summary>
    /// Waits for the lock on a thread of its own and returns the errno. flock(2) has no timeout, and polling could starve this process.
    /// After the deadline the thread closes the file, so that a late lock is released.
    /// </summary>
    static int WaitOnOwnThread(Descriptor file, TimeSpan deadline)
    {
        var descriptor = file.Number;
        var errno = 0;
        var isSettled = 0;
        var thread = new Thread(() =>
        {
            int result, error;
            do
            {
                result = LibC.flock(descriptor, LibC.LOCK_EX);
                error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
            }
            while (error == Errno.EINTR);
            Volatile.Write(ref errno, error);
            if (Interlocked.Exchange(ref isSettled, 1) != 0 || error != 0)
                file.Dispose();
        }, 64 * 1024)
        { IsBackground = true };
        thread.Start();
        if (thread.Join(deadline) || Interlocked.Exchange(ref isSettled, 1) != 0)
        {
            thread.Join();
            return Volatile.Read(ref errno);
        }
        return Errno.ETIMEDOUT;
    }

    /// <summary>Returns text such as ", held by process 4711 (host-local)" from /proc/locks, or an empty string.</summary>
    static unsafe string Holder(string path)
    {
        statx status;
        if (LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_INO, &status) < 0)
            return "";
        // 1: FLOCK  ADVISORY  WRITE 4711 08:01:131073 0 EOF
        var file = $"{status.stx_dev_major:x2}:{status.stx_dev_minor:x2}:{status.stx_ino}";
        try
        {
            foreach (var line in File.ReadLines("/proc/locks"))
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words is [_, "FLOCK", _, _, var process, var id, ..] && id == file)
                    return string.Create(CultureInfo.InvariantCulture, $", held by process {process} ({NameOf(process)})");
            }
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            // The name of the holder is optional. The timeout is reported in any case.
        }
        return "";
    }

    static string NameOf(string process) =>
        File.Exists($"/proc/{process}/comm") ? File.ReadAllText($"/proc/{process}/comm").TrimEnd('\n') : "ended";

    public void Dispose()
    {
        if (_directory is not null)
            RemoveIfEmpty(_directory);
        _file.Dispose();
    }

    void RemoveIfEmpty(string directory)
    {
        try
        {
            var path = Path.Combine(directory, NameInDirectory);
            // Only the holder of the lock deletes the file, so no other file can take its place in between.
            if (IsInPlace(path) && Directory.GetFileSystemEntries(directory).Length == 1 && SmallFile.TryDelete(path))
                Directories.TryRemove(directory);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            // The file stays. The next process locks it.
        }
    }
}

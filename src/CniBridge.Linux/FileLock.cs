using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>
/// An exclusive flock(2) on a file, held until disposed: the lock that the Go plugins take on the same file. (.NET's own
/// FileStream locks are fcntl locks or non-blocking; neither excludes Go's.)
/// </summary>
public sealed class FileLock : IDisposable
{
    readonly Descriptor _file;

    FileLock(Descriptor file) => _file = file;

    /// <summary>Creates the file if need be and waits for its lock, at most until the deadline.</summary>
    /// <exception cref="KernelException">ETIMEDOUT names the process that holds the lock.</exception>
    public static FileLock Acquire(string path, uint mode, TimeSpan deadline) =>
        Lock(Descriptor.Open(path, LibC.O_RDONLY | LibC.O_CREAT, mode), path, deadline);

    /// <summary>As <see cref="Acquire"/>, but null when the file's directory is not there: nothing to guard.</summary>
    public static FileLock? TryAcquire(string path, uint mode, TimeSpan deadline)
    {
        var file = Descriptor.TryOpen(path, LibC.O_RDONLY | LibC.O_CREAT, mode, Errno.ENOENT, Errno.ENOTDIR);
        return file is null ? null : Lock(file, path, deadline);
    }

    static FileLock Lock(Descriptor file, string path, TimeSpan deadline)
    {
        var number = file.Number;
        if (LibC.flock(number, LibC.LOCK_EX | LibC.LOCK_NB) == 0)
            return new FileLock(file);
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.EAGAIN)
            errno = WaitOnOwnThread(number, deadline);
        if (errno == 0)
            return new FileLock(file);
        // At a time-out the waiting thread still uses the descriptor: it ends with the process, or closes nothing of ours.
        if (errno != Errno.ETIMEDOUT)
            file.Dispose();
        throw new KernelException($"lock {path}{Holder(number)}", errno);
    }

    /// <summary>flock has no time limit of its own, and asking again and again would be unfair: a thread waits in the kernel.</summary>
    static int WaitOnOwnThread(int descriptor, TimeSpan deadline)
    {
        var errno = Errno.ETIMEDOUT;
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
        }, 64 * 1024)
        { IsBackground = true };
        thread.Start();
        return thread.Join(deadline) ? Volatile.Read(ref errno) : Errno.ETIMEDOUT;
    }

    /// <summary>", held by process 4711 (host-local)" from /proc/locks, or nothing if that does not tell.</summary>
    static unsafe string Holder(int descriptor)
    {
        LibC.statx_buffer status;
        if (LibC.statx(descriptor, "", LibC.AT_EMPTY_PATH, LibC.STATX_INO, &status) < 0)
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
        catch (IOException)
        {
            // Telling who holds the lock is a courtesy; the time-out itself is reported either way.
        }
        return "";
    }

    static string NameOf(string process) =>
        File.Exists($"/proc/{process}/comm") ? File.ReadAllText($"/proc/{process}/comm").TrimEnd('\n') : "ended";

    public void Dispose() => _file.Dispose();
}

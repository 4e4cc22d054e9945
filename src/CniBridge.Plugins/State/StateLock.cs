using CniBridge.Linux;
using CniBridge.Linux.Files;

namespace CniBridge.Plugins.State;

/// <summary>Locks beside our records, for changes that consist of several steps.</summary>
static class StateLock
{
    const uint FileMode = 0b110_000_000;

    static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(15);

    /// <summary>Acquires a lock; creates its file if necessary.</summary>
    /// <param name="name">The name of the file without its suffix.</param>
    /// <param name="root">The directory of all records.</param>
    /// <exception cref="KernelException">ETIMEDOUT: another process holds the lock. Others: the file cannot be created.</exception>
    internal static IDisposable Acquire(string name, string root = StateDirectory.DefaultRoot)
    {
        Directories.Ensure(root);
        return FileLock.Acquire(Path.Combine(root, name + ".lock"), FileMode, s_deadline);
    }

    /// <summary>
    /// Acquires a lock, or logs why there is none: on a node whose /run is read-only or full there are no records either, and
    /// no process decides by them.
    /// </summary>
    /// <param name="acquire">Acquires the lock.</param>
    /// <param name="what">What the lock protects, for the log.</param>
    /// <exception cref="KernelException">ETIMEDOUT: another process holds the lock.</exception>
    internal static IDisposable? TryAcquire(Func<IDisposable> acquire, string what, TextWriter log)
    {
        try
        {
            return acquire();
        }
        catch (KernelException e) when (e.Errno != Errno.ETIMEDOUT)
        {
            log.WriteLine($"continuing without the lock of {what}: {e.Message}");
            return null;
        }
    }
}

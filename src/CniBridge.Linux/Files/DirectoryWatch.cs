using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>
/// A watch for changes in a directory (inotify(7)): files that are written, replaced by a rename, created or deleted.
/// FileSystemWatcher of the base library does not report that the directory itself was deleted or moved. It then stays silent for
/// ever, even if another directory takes the place.
/// </summary>
public sealed unsafe class DirectoryWatch : IDisposable
{
    static uint Changes => LibC.IN_CLOSE_WRITE | LibC.IN_MOVED_FROM | LibC.IN_MOVED_TO | LibC.IN_CREATE | LibC.IN_DELETE |
        LibC.IN_DELETE_SELF | LibC.IN_MOVE_SELF;

    readonly Descriptor _descriptor;

    DirectoryWatch(Descriptor descriptor) => _descriptor = descriptor;

    /// <summary>Watches a directory. Returns null if there is no such directory.</summary>
    public static DirectoryWatch? TryOpen(string path)
    {
        Descriptor.RefuseNul(path);
        var descriptor = Descriptor.OpenInotify();
        if (LibC.inotify_add_watch(descriptor.Number, path, Changes) >= 0)
            return new DirectoryWatch(descriptor);
        var errno = Marshal.GetLastPInvokeError();
        descriptor.Dispose();
        return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new KernelException($"watch {path}", errno);
    }

    /// <summary>Waits for a change since the previous call. Returns false at the deadline.</summary>
    public bool Wait(TimeSpan deadline)
    {
        var polled = new pollfd { fd = _descriptor.Number, events = LibC.POLLIN };
        var count = LibC.poll_errno(&polled, 1, (int)Math.Clamp(deadline.TotalMilliseconds, 0, int.MaxValue));
        if (count < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw new KernelException("wait for a change of a directory", Marshal.GetLastPInvokeError());
        if (count <= 0)
            return false;
        // Events that do not fit into the buffer end the next call.
        var events = stackalloc byte[4096];
        KernelException.ThrowIfFailed(LibC.read(_descriptor.Number, events, 4096), "read the changes of a directory");
        return true;
    }

    public void Dispose() => _descriptor.Dispose();
}

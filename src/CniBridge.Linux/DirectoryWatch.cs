using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>
/// Tells that something changed in a directory: files written, replaced by rename, made or deleted (inotify(7)). The base
/// library's FileSystemWatcher brings a tenth of a megabyte along.
/// </summary>
public sealed unsafe class DirectoryWatch : IDisposable
{
    static uint Changes => LibC.IN_CLOSE_WRITE | LibC.IN_MOVED_FROM | LibC.IN_MOVED_TO | LibC.IN_CREATE | LibC.IN_DELETE |
        LibC.IN_DELETE_SELF | LibC.IN_MOVE_SELF;

    readonly Descriptor _descriptor;

    DirectoryWatch(Descriptor descriptor) => _descriptor = descriptor;

    /// <summary>Null where there is no directory.</summary>
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

    /// <summary>Waits for a change since the last time it told of one; false at the deadline.</summary>
    public bool Wait(TimeSpan deadline)
    {
        var polled = new pollfd { fd = _descriptor.Number, events = LibC.POLLIN };
        var count = LibC.poll_errno(&polled, 1, (int)Math.Clamp(deadline.TotalMilliseconds, 0, int.MaxValue));
        if (count < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
            throw new KernelException("wait for a change of a directory", Marshal.GetLastPInvokeError());
        if (count <= 0)
            return false;
        // What is left unread is told of next time.
        var events = stackalloc byte[4096];
        KernelException.ThrowIfFailed(LibC.read(_descriptor.Number, events, 4096), "read the changes of a directory");
        return true;
    }

    public void Dispose() => _descriptor.Dispose();
}

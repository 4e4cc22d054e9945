using System.Runtime.ExceptionServices;

namespace CniBridge.Linux;

/// <summary>
/// An open network namespace. Entering one changes the calling thread only, so work inside runs on a thread of its own
/// that enters, does the work and ends: no thread of the pool ever carries a pod's namespace.
/// </summary>
public sealed unsafe class NetworkNamespace : IDisposable
{
    readonly Descriptor _descriptor;

    NetworkNamespace(string path, Descriptor descriptor)
    {
        Path = path;
        _descriptor = descriptor;
    }

    /// <summary>As the caller wrote it.</summary>
    public string Path { get; }

    /// <summary>For IFLA_NET_NS_FD; valid until disposed.</summary>
    public int Descriptor => _descriptor.Number;

    /// <summary>Opens the namespace at a path, or says why it is none.</summary>
    /// <exception cref="IOException">Nothing there, or something that is not a network namespace.</exception>
    public static NetworkNamespace Open(string path)
    {
        var descriptor = Linux.Descriptor.Open(path, OpenFlags);
        if (IsNetwork(descriptor))
            return new NetworkNamespace(path, descriptor);
        descriptor.Dispose();
        throw new InvalidDataException($"\"{path}\" is not a network namespace");
    }

    /// <summary>Null when there is nothing at the path, or something that is no network namespace.</summary>
    public static NetworkNamespace? TryOpen(string path)
    {
        // ENXIO: a socket or a device without a driver lies there; EISDIR and ENOTDIR: a path that was never a namespace.
        var descriptor = Linux.Descriptor.TryOpen(path, OpenFlags, 0,
            Errno.ENOENT, Errno.ENOTDIR, Errno.EISDIR, Errno.ENXIO, Errno.ENAMETOOLONG, Errno.ELOOP);
        if (descriptor is null)
            return null;
        if (IsNetwork(descriptor))
            return new NetworkNamespace(path, descriptor);
        descriptor.Dispose();
        return null;
    }

    /// <summary>Is this the namespace that the calling thread is in?</summary>
    public bool IsCurrent()
    {
        // thread-self, not self: the latter is the main thread's.
        using var own = Linux.Descriptor.Open("/proc/thread-self/ns/net", LibC.O_RDONLY);
        return Identity(own.Number) == Identity(Descriptor);
    }

    /// <summary>Device and inode of the namespace: what makes two paths name the same one.</summary>
    public (ulong Device, ulong Inode) GetIdentity() => Identity(Descriptor);

    /// <summary>Runs work on a thread of its own inside the namespace and returns what it returns.</summary>
    public T Run<T>(Func<T> work) => RunOnThread(() =>
    {
        KernelException.ThrowIfFailed(LibC.setns(Descriptor, LibC.CLONE_NEWNET), $"enter the network namespace {Path}");
        return work();
    });

    /// <summary>The same inside a new namespace, which ends with the work.</summary>
    public static T RunInNew<T>(Func<T> work) => RunOnThread(() =>
    {
        KernelException.ThrowIfFailed(LibC.unshare(LibC.CLONE_NEWNET), "make a network namespace");
        return work();
    });

    static T RunOnThread<T>(Func<T> work)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            // Everything goes to the caller's thread, where the one catch-all is.
#pragma warning disable CA1031
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
#pragma warning restore CA1031
        }, ThreadStackBytes);
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>The path may be anything; a named pipe would keep a blocking open waiting for ever.</summary>
    const int OpenFlags = LibC.O_RDONLY | LibC.O_NONBLOCK;

    const int ThreadStackBytes = 256 * 1024;

    static bool IsNetwork(Descriptor descriptor) =>
        LibC.ioctl(descriptor.Number, LibC.NS_GET_NSTYPE, null) == LibC.CLONE_NEWNET;

    static (ulong, ulong) Identity(int descriptor)
    {
        LibC.statx_buffer status;
        KernelException.ThrowIfFailed(
            LibC.statx(descriptor, "", LibC.AT_EMPTY_PATH, LibC.STATX_INO, &status), "identify a network namespace");
        return (((ulong)status.stx_dev_major << 32) | status.stx_dev_minor, status.stx_ino);
    }

    public void Dispose() => _descriptor.Dispose();
}

using System.Globalization;
using System.Runtime.ExceptionServices;

namespace CniBridge.Linux;

/// <summary>
/// An open network namespace. Entering one changes the calling thread only, which comes back when the work inside is done: a
/// thread of its own for each work would take a twelfth of an ADD.
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
    public static NetworkNamespace? TryOpen(string path) => TryOpen(path, path);

    /// <param name="name">The value of <see cref="Path"/>.</param>
    internal static NetworkNamespace? TryOpen(string path, string name)
    {
        // ENXIO: a socket or a device without a driver lies there; EISDIR and ENOTDIR: a path that was never a namespace.
        var descriptor = Linux.Descriptor.TryOpen(path, OpenFlags, 0,
            Errno.ENOENT, Errno.ENOTDIR, Errno.EISDIR, Errno.ENXIO, Errno.ENAMETOOLONG, Errno.ELOOP);
        if (descriptor is null)
            return null;
        if (IsNetwork(descriptor))
            return new NetworkNamespace(name, descriptor);
        descriptor.Dispose();
        return null;
    }

    /// <summary>
    /// Opens the namespace behind a file that was found, and holds no file of its mount when it returns: umount(8) fails while
    /// one is open. Disposes the file.
    /// </summary>
    /// <param name="file">An O_PATH descriptor of a file that is known to be a namespace.</param>
    /// <param name="name">The value of <see cref="Path"/>.</param>
    /// <returns>Null when it is gone.</returns>
    /// <exception cref="KernelException">The namespace cannot be entered.</exception>
    internal static NetworkNamespace? TryOpen(Descriptor file, string name)
    {
        using var mounted = TryOpen(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{file.Number}"));
        file.Dispose();
        return mounted is null ? null : new NetworkNamespace(name, mounted.Run(() =>
        {
            mounted.Dispose();
            return OpenOwn();
        }));
    }

    /// <summary>Is this the namespace that the calling thread is in?</summary>
    public bool IsCurrent()
    {
        using var own = OpenOwn();
        return own.Identity == _descriptor.Identity;
    }

    /// <summary>Returns device and inode of the namespace; see <see cref="SmallFile.IdentityOf(string)"/>.</summary>
    public string GetIdentity() => _descriptor.Identity;

    /// <summary>
    /// Runs work inside the namespace and returns what it returns. The work starts no thread (it would stay inside) and waits
    /// for none.
    /// </summary>
    public T Run<T>(Func<T> work)
    {
        using var own = OpenOwn();
        // Tried before it counts: whoever could not come back, for lack of rights in the own namespace, does not go.
        return LibC.setns(own.Number, LibC.CLONE_NEWNET) == 0
            ? RunAndReturn(work, own.Number, Environment.FailFast)
            : RunOnThread(() => EnterAndRun(work));
    }

    /// <param name="work">What is done inside.</param>
    /// <param name="own">Where to come back to.</param>
    /// <param name="giveUp">
    /// Ends the process: nothing that it could still do, an undo or an answer, may happen in a namespace that it is not meant for.
    /// </param>
    internal T RunAndReturn<T>(Func<T> work, int own, Action<string> giveUp)
    {
        try
        {
            return EnterAndRun(work);
        }
        finally
        {
            ComeBack(own, giveUp);
        }
    }

    void ComeBack(int own, Action<string> giveUp)
    {
        for (var attempt = 1; attempt <= ReturnAttempts; attempt++)
        {
            if (LibC.setns(own, LibC.CLONE_NEWNET) == 0)
                return;
        }
        giveUp($"could not come back from the network namespace {Path}");
    }

    /// <summary>What may be missing for a moment is memory.</summary>
    const int ReturnAttempts = 3;

    T EnterAndRun<T>(Func<T> work)
    {
        KernelException.ThrowIfFailed(LibC.setns(Descriptor, LibC.CLONE_NEWNET), $"enter the network namespace {Path}");
        return work();
    }

    /// <summary>Runs work on a thread of its own inside a new namespace, which ends with the work.</summary>
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
    static int OpenFlags => LibC.O_RDONLY | LibC.O_NONBLOCK;

    const int ThreadStackBytes = 256 * 1024;

    /// <summary>That of the calling thread: thread-self, not self, which is the main thread.</summary>
    static Descriptor OpenOwn() => Linux.Descriptor.Open("/proc/thread-self/ns/net", LibC.O_RDONLY);

    static bool IsNetwork(Descriptor descriptor) =>
        LibC.ioctl(descriptor.Number, LibC.NS_GET_NSTYPE, null) == LibC.CLONE_NEWNET;

    public void Dispose() => _descriptor.Dispose();
}

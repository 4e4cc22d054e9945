using System.Globalization;
using System.Runtime.ExceptionServices;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Namespaces;

/// <summary>
/// An open network namespace. Work runs inside it on the calling thread, which returns to its own namespace afterwards. A separate
/// thread for each piece of work would take a twelfth of the time of an ADD.
/// </summary>
public sealed unsafe class NetworkNamespace : IDisposable
{
    /// <summary>The number of attempts to return: the kernel may lack memory for a moment.</summary>
    const int ReturnAttempts = 3;

    const int ThreadStackBytes = 256 * 1024;

    readonly Descriptor _descriptor;

    NetworkNamespace(string path, Descriptor descriptor)
    {
        Path = path;
        _descriptor = descriptor;
    }

    /// <summary>The path as the caller wrote it.</summary>
    public string Path { get; }

    /// <summary>The descriptor for IFLA_NET_NS_FD. It is valid until the namespace is disposed.</summary>
    public int Descriptor => _descriptor.Number;

    /// <summary>Opens the namespace at a path.</summary>
    /// <exception cref="IOException">There is nothing at the path.</exception>
    /// <exception cref="InvalidDataException">The file at the path is not a network namespace.</exception>
    public static NetworkNamespace Open(string path)
    {
        var descriptor = Files.Descriptor.Open(path, OpenFlags);
        if (IsNetwork(descriptor))
            return new NetworkNamespace(path, descriptor);
        descriptor.Dispose();
        throw new InvalidDataException($"\"{path}\" is not a network namespace");
    }

    /// <summary>Opens the namespace at a path. Returns null if there is none.</summary>
    public static NetworkNamespace? TryOpen(string path) => TryOpen(path, path);

    /// <param name="name">The value of <see cref="Path"/>.</param>
    internal static NetworkNamespace? TryOpen(string path, string name)
    {
        // ENXIO: a socket, or a device without a driver. EISDIR and ENOTDIR: the path never was a namespace.
        var descriptor = Files.Descriptor.TryOpen(path, OpenFlags, 0,
            Errno.ENOENT, Errno.ENOTDIR, Errno.EISDIR, Errno.ENXIO, Errno.ENAMETOOLONG, Errno.ELOOP);
        if (descriptor is null)
            return null;
        if (IsNetwork(descriptor))
            return new NetworkNamespace(name, descriptor);
        descriptor.Dispose();
        return null;
    }

    /// <summary>
    /// Opens the namespace behind an O_PATH descriptor and disposes the descriptor. No file of the mount is open afterwards, because
    /// umount(8) would fail.
    /// </summary>
    /// <param name="file">An O_PATH descriptor of a file that is known to be a namespace.</param>
    /// <param name="name">The value of <see cref="Path"/>.</param>
    /// <returns>The namespace, or null if it no longer exists.</returns>
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

    /// <summary>Returns whether the calling thread is in this namespace.</summary>
    public bool IsCurrent()
    {
        using var own = OpenOwn();
        return own.Identity == _descriptor.Identity;
    }

    /// <summary>
    /// Returns whether the namespace belongs to a user namespace below that of this process: any user can make one, with any links and
    /// addresses in it. Before Linux 4.9, returns false.
    /// </summary>
    public bool IsOfOtherUsers()
    {
        using var owner = Files.Descriptor.TryOpenOwner(_descriptor);
        return owner is not null && owner.Identity != SmallFile.IdentityOf("/proc/thread-self/ns/user");
    }

    /// <summary>Returns the device and inode of the namespace; see <see cref="SmallFile.IdentityOf(string)"/>.</summary>
    public string GetIdentity() => _descriptor.Identity;

    /// <summary>
    /// Runs work inside the namespace and returns its result. The work must not start a thread, because the thread would stay in the
    /// namespace, and it must not wait for another thread.
    /// </summary>
    public T Run<T>(Func<T> work)
    {
        using var own = OpenOwn();
        // Tests the return first. Without the right to re-enter its own namespace the thread does not leave it.
        return LibC.setns(own.Number, LibC.CLONE_NEWNET) == 0
            ? RunAndReturn(work, own.Number, Environment.FailFast)
            : RunOnThread(() => EnterAndRun(work));
    }

    /// <summary>Runs work inside the namespace and returns to the own namespace.</summary>
    /// <param name="work">The work to run inside.</param>
    /// <param name="own">The descriptor of the own namespace.</param>
    /// <param name="giveUp">
    /// Ends the process after a failed return. Any further step, such as an undo, would change the wrong namespace.
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
        giveUp($"could not return from the network namespace {Path}");
    }

    T EnterAndRun<T>(Func<T> work)
    {
        KernelException.ThrowIfFailed(LibC.setns(Descriptor, LibC.CLONE_NEWNET), $"enter the network namespace {Path}");
        return work();
    }

    /// <summary>Runs work on a new thread inside a new namespace. The namespace ends with the thread.</summary>
    public static T RunInNew<T>(Func<T> work) => RunOnThread(() =>
    {
        KernelException.ThrowIfFailed(LibC.unshare(LibC.CLONE_NEWNET), "create a network namespace");
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
            // Any exception is passed on to the caller's thread, which handles it.
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

    /// <summary>Non-blocking: the path may lead to a named pipe, and open(2) would wait for its writer.</summary>
    static int OpenFlags => LibC.O_RDONLY | LibC.O_NONBLOCK;

    /// <summary>Opens the namespace of the calling thread. /proc/self would be the namespace of the main thread.</summary>
    static Descriptor OpenOwn() => Files.Descriptor.Open("/proc/thread-self/ns/net", LibC.O_RDONLY);

    static bool IsNetwork(Descriptor descriptor) =>
        LibC.ioctl(descriptor.Number, LibC.NS_GET_NSTYPE, null) == LibC.CLONE_NEWNET;

    public void Dispose() => _descriptor.Dispose();
}

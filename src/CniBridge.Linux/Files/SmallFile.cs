using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>Reading, looking up, deleting and renaming small files. <see cref="AtomicFile"/> writes them.</summary>
public static unsafe class SmallFile
{
    /// <summary>
    /// The maximum length of a file in bytes. The configuration and the size of an environment variable limit our files to far less. A
    /// longer file is refused before it fills the heap.
    /// </summary>
    const int MaxLength = 16 * 1024 * 1024;

    /// <summary>Returns the whole content, or null if there is no file.</summary>
    /// <exception cref="IOException">The file has 16 MiB or more, or is not a regular file.</exception>
    public static byte[]? TryRead(string path)
    {
        using var file = TryOpen(path);
        return file?.ReadToEnd(MaxLength);
    }

    /// <summary>Returns the first <paramref name="limit"/> bytes of the content, or null if there is no file.</summary>
    /// <exception cref="IOException">The file is not a regular file.</exception>
    public static byte[]? TryRead(string path, int limit)
    {
        using var file = TryOpen(path);
        return file?.Read(limit);
    }

    /// <summary>Returns the content, or null if there is no regular file.</summary>
    public static byte[]? TryReadRegular(string path)
    {
        try
        {
            return TryRead(path);
        }
        catch (IOException) when (!IsRegular(path))
        {
            return null;
        }
    }

    /// <summary>Returns the first <paramref name="limit"/> bytes of the content, or null if there is no regular file.</summary>
    public static byte[]? TryReadRegular(string path, int limit)
    {
        try
        {
            return TryRead(path, limit);
        }
        catch (IOException) when (!IsRegular(path))
        {
            return null;
        }
    }

    static Descriptor? TryOpen(string path) => RegularFile.TryOpen(path, LibC.O_RDONLY, 0, Errno.ENOENT, Errno.ENOTDIR);

    public static bool Exists(string path)
    {
        Descriptor.RefuseNul(path);
        statx status;
        if (LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_TYPE, &status) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTDIR ? false : throw new KernelException($"get the status of {path}", errno);
    }

    /// <summary>Returns whether a path leads to a regular file, and not to a directory, device, socket or pipe.</summary>
    public static bool IsRegular(string path) => RegularFile.TypeOf(path, 0) == LibC.S_IFREG;

    /// <summary>Returns whether two paths lead to the same file.</summary>
    public static bool IsSame(string path, string other) => IdentityOf(path) is { } identity && identity == IdentityOf(other);

    /// <summary>Returns device and inode of a file as MAJOR:MINOR:INODE, or null if the path leads to nothing.</summary>
    public static string? IdentityOf(string path)
    {
        statx status;
        return !path.Contains('\0', StringComparison.Ordinal) && LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_INO, &status) == 0
            ? IdentityOf(in status)
            : null;
    }

    internal static string IdentityOf(in statx status) => string.Create(
        CultureInfo.InvariantCulture, stackalloc char[64], $"{status.stx_dev_major}:{status.stx_dev_minor}:{status.stx_ino}");

    /// <summary>Returns the modification time of a file, or null if the path leads to nothing.</summary>
    public static DateTimeOffset? ModifiedAt(string path)
    {
        Descriptor.RefuseNul(path);
        statx status;
        if (LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_MTIME, &status) == 0)
            return ModifiedAt(in status);
        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new KernelException($"get the status of {path}", errno);
    }

    internal static DateTimeOffset ModifiedAt(in statx status) =>
        DateTimeOffset.FromUnixTimeSeconds(status.stx_mtime.tv_sec).AddTicks(status.stx_mtime.tv_nsec / 100);

    /// <summary>Deletes a file. Returns false if there is no such file.</summary>
    public static bool TryDelete(string path)
    {
        Descriptor.RefuseNul(path);
        CrashPoint.Pass();
        if (LibC.unlink(path) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        // The kernel returns EROFS before it looks for the name (do_unlinkat in fs/namei.c).
        if (errno is Errno.ENOENT or Errno.ENOTDIR || (errno == Errno.EROFS && !Exists(path)))
            return false;
        throw new KernelException($"delete {path}", errno);
    }

    /// <summary>
    /// Creates a hard link of a file, or of a symbolic link itself. Returns false if the file system or the kernel does not allow it.
    /// </summary>
    /// <exception cref="KernelException">There is no such file, or the name is taken.</exception>
    public static bool TryAddName(string path, string name)
    {
        Descriptor.RefuseNul(path + name);
        if (LibC.linkat(LibC.AT_FDCWD, path, LibC.AT_FDCWD, name, 0) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        // EPERM may come from fs.protected_hardlinks for a file of another user.
        return AtomicFile.LacksHardLinks(errno) || errno == Errno.EXDEV ? false : throw new KernelException($"create {name}", errno);
    }

    /// <summary>
    /// Renames a file, a symbolic link itself or a directory, and atomically replaces a file with the new name. If both names lead to
    /// one file, both stay (rename(2)).
    /// </summary>
    public static void Rename(string path, string name)
    {
        Descriptor.RefuseNul(path + name);
        KernelException.ThrowIfFailed(LibC.rename(path, name), $"rename {path} to {name}");
    }
}

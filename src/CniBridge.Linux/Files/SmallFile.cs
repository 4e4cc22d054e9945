using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>Small files that other programs may read at any moment. A reader sees the whole content or no file.</summary>
public static unsafe class SmallFile
{
    /// <summary>Creates a file with this content; see <see cref="PendingFile"/>. Returns false when another file has the name.</summary>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content, uint mode)
    {
        using var file = PendingFile.Create(path, content, mode);
        return file.TryPublish();
    }

    /// <summary>Opens a nameless file (O_TMPFILE) in the directory of a path, or returns null if the file system has none.</summary>
    internal static Descriptor? TryOpenNameless(string path, uint mode) => Descriptor.TryOpen(
        DirectoryOf(path), LibC.O_TMPFILE | LibC.O_WRONLY, mode, Errno.EOPNOTSUPP, Errno.EISDIR, Errno.EINVAL);

    internal static string SourceOf(Descriptor file) => "/proc/self/fd/" + file.Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Returns whether an errno of linkat(2) means no support for hard links, as on FAT, exFAT and some FUSE file systems.
    /// </summary>
    internal static bool LacksHardLinks(int errno) => errno is Errno.EPERM or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EMLINK;

    static bool TryLink(string source, string path, int flags)
    {
        Descriptor.RefuseNul(path);
        CrashPoint.Pass();
        if (LibC.linkat(LibC.AT_FDCWD, source, LibC.AT_FDCWD, path, flags) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EEXIST ? false : throw new KernelException($"create {path}", errno);
    }

    /// <summary>
    /// Creates or replaces a file atomically. A process that is killed in between may leave a temporary file. The next replacement of
    /// the same file deletes it, and so does <see cref="TryDeleteUnfinished"/>.
    /// </summary>
    public static void Replace(string path, ReadOnlySpan<byte> content, uint mode)
    {
        try
        {
            ReplaceByLink(path, content, mode);
        }
        catch (KernelException e) when (LacksHardLinks(e.Errno))
        {
            ReplaceByNamed(path, content, mode);
        }
    }

    static void ReplaceByLink(string path, ReadOnlySpan<byte> content, uint mode)
    {
        Descriptor.RefuseNul(path);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            using var nameless = TryOpenNameless(path, mode);
            if (nameless is null)
            {
                ReplaceByNamed(path, content, mode);
                return;
            }
            nameless.WriteAll(content);
            var source = SourceOf(nameless);
            if (TryLink(source, path, LibC.AT_SYMLINK_FOLLOW) || TryLinkOver(source, path))
                return;
        }
        throw new KernelException($"create {path}", Errno.EEXIST);
    }

    /// <summary>
    /// Creates or replaces a file for programs that watch its directory, always by a rename: containerd ignores a file that is created.
    /// The content is flushed before the rename, so that a loss of power leaves the old file or the new one. The umask does not
    /// change the mode.
    /// </summary>
    public static void Publish(string path, ReadOnlySpan<byte> content, uint mode)
    {
        try
        {
            PublishByLink(path, content, mode);
        }
        catch (KernelException e) when (LacksHardLinks(e.Errno))
        {
            ReplaceByNamed(path, content, mode, isDurable: true);
        }
    }

    static void PublishByLink(string path, ReadOnlySpan<byte> content, uint mode)
    {
        Descriptor.RefuseNul(path);
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            using var nameless = TryOpenNameless(path, mode);
            if (nameless is null)
            {
                ReplaceByNamed(path, content, mode, isDurable: true);
                return;
            }
            nameless.WriteAll(content);
            Flush(nameless, mode);
            if (TryLinkOver(SourceOf(nameless), path))
                return;
        }
        throw new KernelException($"create {path}", Errno.EEXIST);
    }

    static void Flush(Descriptor file, uint mode)
    {
        KernelException.ThrowIfFailed(LibC.fchmod(file.Number, (ushort)mode), "set the mode of a file");
        KernelException.ThrowIfFailed(LibC.fsync(file.Number), "write a file");
    }

    /// <summary>A second attempt is necessary only if another process writes the same file at the same time.</summary>
    const int Attempts = 1000;

    /// <summary>Gives a file a temporary name and renames it, because linkat(2) cannot replace a name.</summary>
    /// <returns>
    /// False if another writer of the same file interfered. The caller must then create a new file: a file without any name gets no
    /// new one (ENOENT, vfs_link in fs/namei.c).
    /// </returns>
    static bool TryLinkOver(string source, string path)
    {
        var beside = UnfinishedOf(path);
        TryDelete(beside);
        if (!TryLink(source, beside, LibC.AT_SYMLINK_FOLLOW))
            return false;
        if (LibC.rename(beside, path) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.ENOENT)
            return false;
        TryDelete(beside);
        throw new KernelException($"create {path}", errno);
    }

    /// <summary>
    /// Replaces a file on a file system without nameless files. A leftover temporary file is deleted by the next process with the same
    /// process ID.
    /// </summary>
    static void ReplaceByNamed(string path, ReadOnlySpan<byte> content, uint mode, bool isDurable = false)
    {
        var beside = Path.Combine(DirectoryOf(path), string.Create(CultureInfo.InvariantCulture, $".{Environment.ProcessId}.tmp"));
        TryDelete(beside);
        using var file = Descriptor.Open(beside, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL, mode);
        try
        {
            file.WriteAll(content);
            if (isDurable)
                Flush(file, mode);
            KernelException.ThrowIfFailed(LibC.rename(beside, path), $"create {path}");
        }
        catch
        {
            TryDelete(beside);
            throw;
        }
    }

    static string UnfinishedOf(string path) => Path.Combine(DirectoryOf(path), $".{Path.GetFileName(path)}.tmp");

    static string DirectoryOf(string path) => Path.GetDirectoryName(path) ?? "/";

    /// <summary>Deletes the temporary file that a killed <see cref="Replace"/> or <see cref="Publish"/> of the path left.</summary>
    public static void TryDeleteUnfinished(string path)
    {
        try
        {
            TryDelete(UnfinishedOf(path));
        }
        // On a read-only file system unlink(2) fails before it looks for the file. No process can have left one there.
        catch (KernelException e) when (e.Errno == Errno.EROFS)
        {
        }
    }

    /// <summary>Returns whether a name is that of a temporary file of <see cref="Replace"/> or <see cref="Publish"/>.</summary>
    public static bool IsUnfinished(string name) => name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal);

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
        catch (IOException) when (!SmallFile.IsRegular(path))
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
        catch (IOException) when (!SmallFile.IsRegular(path))
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
        return LacksHardLinks(errno) || errno == Errno.EXDEV ? false : throw new KernelException($"create {name}", errno);
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

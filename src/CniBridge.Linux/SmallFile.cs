using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>Files of a few bytes that other programs read at any moment: whole or absent, never half written.</summary>
public static unsafe class SmallFile
{
    /// <summary>Creates a file with this content; see <see cref="PendingFile"/>. Returns false when another file has the name.</summary>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content, uint mode)
    {
        using var file = PendingFile.Create(path, content, mode);
        return file.TryPublish();
    }

    /// <summary>A file that is to get the path; null where the file system has no nameless files.</summary>
    internal static Descriptor? TryOpenNameless(string path, uint mode) => Descriptor.TryOpen(
        DirectoryOf(path), LibC.O_TMPFILE | LibC.O_WRONLY, mode, Errno.EOPNOTSUPP, Errno.EISDIR, Errno.EINVAL);

    internal static string SourceOf(Descriptor file) => "/proc/self/fd/" + file.Number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Returns whether linkat(2) fails so on a file system without hard links, such as FAT, exFAT and some of FUSE.</summary>
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
    /// Replaces a file, or creates it, in one step. A process that is killed while it replaces one may leave the new file beside
    /// it, whole: the next replacement of the same file deletes that, and so does <see cref="TryDeleteUnfinished"/>.
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
    /// Replaces a file, or creates it, for programs that watch its directory: always by a rename. containerd reloads when a file is
    /// renamed and ignores one that is created. The content is on the disk before the name, so that a loss of power leaves the
    /// old file or the new one. The umask does not change the mode.
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

    /// <summary>More than once only when others write the same at the same time.</summary>
    const int Attempts = 1000;

    /// <summary>There is no linking over a name, so the file gets another one first.</summary>
    /// <returns>
    /// False: somebody who writes the same came in between. It takes a new file then, for one that has lost its last name gets no
    /// other (ENOENT, vfs_link in fs/namei.c).
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

    /// <summary>For file systems without nameless files; what is left there goes with the next process of the same number.</summary>
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

    /// <summary>Deletes what a <see cref="Replace"/> or <see cref="Publish"/> of the path that was killed left beside it.</summary>
    public static void TryDeleteUnfinished(string path)
    {
        try
        {
            TryDelete(UnfinishedOf(path));
        }
        // unlink(2) fails so before it looks for the file, which nothing can have left there since.
        catch (KernelException e) when (e.Errno == Errno.EROFS)
        {
        }
    }

    /// <summary>Is it the name of a file that <see cref="Replace"/> has not finished, or never will?</summary>
    public static bool IsUnfinished(string name) => name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal);

    /// <summary>
    /// No file of ours reaches this: what an attachment can be told is bounded by its configuration, and by the size of an
    /// environment variable. A file that is longer is refused before it fills the heap.
    /// </summary>
    const int MaxLength = 16 * 1024 * 1024;

    /// <summary>Returns the whole content, whatever its size, or null when there is no file.</summary>
    /// <exception cref="IOException">The file has 16 MiB or more, or is no regular file.</exception>
    public static byte[]? TryRead(string path)
    {
        using var file = TryOpen(path);
        return file?.ReadToEnd(MaxLength);
    }

    /// <summary>Returns the first <paramref name="limit"/> bytes of the content, or null when there is no file.</summary>
    /// <exception cref="IOException">Something else than a regular file lies there.</exception>
    public static byte[]? TryRead(string path, int limit)
    {
        using var file = TryOpen(path);
        return file?.Read(limit);
    }

    /// <summary>Returns the content, or null where there is no regular file: what else lies there counts as nothing.</summary>
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

    /// <summary>As <see cref="TryReadRegular(string)"/>, but of a longer file only the first bytes.</summary>
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
        return errno is Errno.ENOENT or Errno.ENOTDIR ? false : throw new KernelException($"look for {path}", errno);
    }

    /// <summary>Returns whether a path leads to a regular file: to no directory, device, socket or pipe.</summary>
    public static bool IsRegular(string path) => RegularFile.TypeOf(path, 0) == LibC.S_IFREG;

    /// <summary>Do two paths name one file?</summary>
    public static bool IsSame(string path, string other) => IdentityOf(path) is { } identity && identity == IdentityOf(other);

    /// <summary>Device and inode, MAJOR:MINOR:INODE, of what a path leads to; null where it leads to nothing.</summary>
    public static string? IdentityOf(string path)
    {
        statx status;
        return !path.Contains('\0', StringComparison.Ordinal) && LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_INO, &status) == 0
            ? IdentityOf(in status)
            : null;
    }

    internal static string IdentityOf(in statx status) => string.Create(
        CultureInfo.InvariantCulture, stackalloc char[64], $"{status.stx_dev_major}:{status.stx_dev_minor}:{status.stx_ino}");

    /// <summary>When the content was written last, by the node's clock; null where there is nothing.</summary>
    public static DateTimeOffset? ModifiedAt(string path)
    {
        Descriptor.RefuseNul(path);
        statx status;
        if (LibC.statx(LibC.AT_FDCWD, path, 0, LibC.STATX_MTIME, &status) == 0)
            return ModifiedAt(in status);
        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTDIR ? null : throw new KernelException($"look for {path}", errno);
    }

    internal static DateTimeOffset ModifiedAt(in statx status) =>
        DateTimeOffset.FromUnixTimeSeconds(status.stx_mtime.tv_sec).AddTicks(status.stx_mtime.tv_nsec / 100);

    /// <summary>Deletes a file; false when it was not there.</summary>
    public static bool TryDelete(string path)
    {
        Descriptor.RefuseNul(path);
        CrashPoint.Pass();
        if (LibC.unlink(path) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        // The kernel says EROFS before it looks for the name (do_unlinkat in fs/namei.c).
        if (errno is Errno.ENOENT or Errno.ENOTDIR || (errno == Errno.EROFS && !Exists(path)))
            return false;
        throw new KernelException($"delete {path}", errno);
    }

    /// <summary>Gives a file, or a link itself, one name more; false when the file system or the kernel allows none.</summary>
    /// <exception cref="KernelException">There is no such file, or the name is taken.</exception>
    public static bool TryAddName(string path, string name)
    {
        Descriptor.RefuseNul(path + name);
        if (LibC.linkat(LibC.AT_FDCWD, path, LibC.AT_FDCWD, name, 0) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        // EPERM: also fs.protected_hardlinks, of somebody else's file.
        return errno is Errno.EPERM or Errno.EXDEV or Errno.EMLINK or Errno.EOPNOTSUPP ? false : throw new KernelException($"create {name}", errno);
    }

    /// <summary>
    /// Puts a file, a link itself or a directory under another name, in place of what file has it, in one step. Two names of one
    /// file both stay.
    /// </summary>
    public static void Rename(string path, string name)
    {
        Descriptor.RefuseNul(path + name);
        KernelException.ThrowIfFailed(LibC.rename(path, name), $"rename {path} to {name}");
    }
}

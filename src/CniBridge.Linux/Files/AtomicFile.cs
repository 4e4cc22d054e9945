using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>
/// Writes files that other programs may read at any moment. A reader sees the whole content or no file, and a process that is killed
/// leaves at most a temporary file.
/// </summary>
public static unsafe class AtomicFile
{
    /// <summary>A second attempt is necessary only if another process writes the same file at the same time.</summary>
    const int Attempts = 1000;

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

    /// <summary>Gives a file a temporary name and renames it, because linkat(2) cannot replace a name.</summary>
    /// <returns>
    /// False if another writer of the same file interfered. The caller must then create a new file: a file without any name gets no
    /// new one (ENOENT, vfs_link in fs/namei.c).
    /// </returns>
    static bool TryLinkOver(string source, string path)
    {
        var beside = UnfinishedOf(path);
        SmallFile.TryDelete(beside);
        if (!TryLink(source, beside, LibC.AT_SYMLINK_FOLLOW))
            return false;
        if (LibC.rename(beside, path) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.ENOENT)
            return false;
        SmallFile.TryDelete(beside);
        throw new KernelException($"create {path}", errno);
    }

    /// <summary>
    /// Replaces a file on a file system without nameless files. A leftover temporary file is deleted by the next process with the same
    /// process ID.
    /// </summary>
    static void ReplaceByNamed(string path, ReadOnlySpan<byte> content, uint mode, bool isDurable = false)
    {
        var beside = Path.Combine(DirectoryOf(path), string.Create(CultureInfo.InvariantCulture, $".{Environment.ProcessId}.tmp"));
        SmallFile.TryDelete(beside);
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
            SmallFile.TryDelete(beside);
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
            SmallFile.TryDelete(UnfinishedOf(path));
        }
        // On a read-only file system unlink(2) fails before it looks for the file. No process can have left one there.
        catch (KernelException e) when (e.Errno == Errno.EROFS)
        {
        }
    }

    /// <summary>Returns whether a name is that of a temporary file of <see cref="Replace"/> or <see cref="Publish"/>.</summary>
    public static bool IsUnfinished(string name) => name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal);
}

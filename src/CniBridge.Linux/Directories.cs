using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>Directories of ours: what the library does not do, or not without following links.</summary>
public static class Directories
{
    /// <summary>Makes a directory and those above it, mode 0755 less the umask.</summary>
    public static void Ensure(string path)
    {
        Descriptor.RefuseNul(path);
        var errno = Make(path);
        if (errno == Errno.ENOENT && Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            Ensure(parent);
            // Once: /proc says so of whatever cannot be made there.
            errno = Make(path);
        }
        if (errno == 0 || (errno == Errno.EEXIST && Directory.Exists(path)))
            return;
        // Another process removed it in between, and may have created it again.
        if (errno == Errno.EEXIST && (RegularFile.TypeOf(path, LibC.AT_SYMLINK_NOFOLLOW) is var type) && (type == 0 || type == LibC.S_IFDIR))
            Ensure(path);
        else
            throw new KernelException($"create the directory {path}", errno);
    }

    static int Make(string path)
    {
        CrashPoint.Pass();
        return LibC.mkdir(path, 0b111_101_101) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Waits until the names that a directory has now outlive a loss of power.</summary>
    public static void Flush(string path)
    {
        using var directory = Descriptor.Open(path, LibC.O_RDONLY | LibC.O_DIRECTORY);
        KernelException.ThrowIfFailed(LibC.fsync(directory.Number), $"flush {path}");
    }

    /// <summary>Deletes all that is in a directory, and follows no link out of it; of one that is not there, nothing.</summary>
    public static void Empty(string path)
    {
        if (!Directory.Exists(path))
            return;
        foreach (var entry in Directory.GetFileSystemEntries(path))
        {
            if (new DirectoryInfo(entry) is { Exists: true, LinkTarget: null })
            {
                Empty(entry);
                TryRemove(entry);
            }
            else
            {
                SmallFile.TryDelete(entry);
            }
        }
    }

    /// <summary>Removes a directory; false when it was not there, is not empty, or something is mounted on it.</summary>
    public static bool TryRemove(string path)
    {
        Descriptor.RefuseNul(path);
        if (LibC.rmdir(path) == 0)
            return true;
        var errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ENOTEMPTY or Errno.EEXIST or Errno.EBUSY
            ? false
            : throw new KernelException($"remove the directory {path}", errno);
    }

    /// <summary>Why nothing can be created in a directory that may have to be made first, or null.</summary>
    public static string? WhyNotWritable(string directory)
    {
        for (var path = Path.GetFullPath(directory); ; path = Path.GetDirectoryName(path)!)
        {
            if (SmallFile.Exists(path) && !Directory.Exists(path))
                return $"{path} is not a directory";
            if (!Directory.Exists(path) && path != "/")
                continue;
            return LibC.access(path, LibC.W_OK | LibC.X_OK) == 0
                ? null
                : new KernelException($"write to {path}", Marshal.GetLastPInvokeError()).Message;
        }
    }
}

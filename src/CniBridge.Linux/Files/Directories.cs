using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>Directory operations that the base library lacks, or that it performs by following links.</summary>
public static class Directories
{
    /// <summary>Creates a directory and its missing parents with the mode 0755 and the umask.</summary>
    public static void Ensure(string path)
    {
        Descriptor.RefuseNul(path);
        var errno = Make(path);
        if (errno == Errno.ENOENT && Path.GetDirectoryName(path) is { Length: > 0 } parent)
        {
            Ensure(parent);
            // Only one retry: in /proc every mkdir fails with ENOENT.
            errno = Make(path);
        }
        if (errno == 0 || (errno == Errno.EEXIST && Directory.Exists(path)))
            return;
        // Another process removed the directory in between, and may have created it again.
        if (errno == Errno.EEXIST && RegularFile.TypeOf(path, LibC.AT_SYMLINK_NOFOLLOW) is var type &&
            (type == 0 || type == LibC.S_IFDIR))
            Ensure(path);
        else
            throw new KernelException($"create the directory {path}", errno);
    }

    static int Make(string path)
    {
        CrashPoint.Pass();
        return LibC.mkdir(path, 0b111_101_101) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Writes the entries of a directory to the disk, so that they survive a loss of power.</summary>
    public static void Flush(string path)
    {
        using var directory = Descriptor.Open(path, LibC.O_RDONLY | LibC.O_DIRECTORY);
        KernelException.ThrowIfFailed(LibC.fsync(directory.Number), $"flush {path}");
    }

    /// <summary>Deletes the content of a directory without following links. Does nothing if the directory does not exist.</summary>
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

    /// <summary>Removes a directory. Returns false if it does not exist, is not empty, or is a mount point.</summary>
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

    /// <summary>Returns why no file can be created in a directory, or null if it is writable or can be created.</summary>
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

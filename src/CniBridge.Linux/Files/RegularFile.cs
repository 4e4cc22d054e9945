namespace CniBridge.Linux.Files;

/// <summary>
/// Regular files. A path may also lead to a named pipe, a device or a socket. Opened like a file, it would block the caller and
/// every lock that the caller holds.
/// </summary>
public static unsafe class RegularFile
{
    /// <summary>Returns the whole content. Follows symbolic links.</summary>
    /// <exception cref="IOException">There is no regular file, or it has <paramref name="limit"/> bytes or more.</exception>
    public static byte[] ReadAll(string path, int limit)
    {
        using var file = Open(path, LibC.O_RDONLY);
        return file.ReadToEnd(limit);
    }

    /// <summary>Opens a file for reading. Follows symbolic links.</summary>
    /// <exception cref="IOException">There is no regular file.</exception>
    public static Stream OpenRead(string path) => Open(path, LibC.O_RDONLY).OwnedStream();

    /// <summary>Opens a path.</summary>
    /// <exception cref="IOException">There is no regular file.</exception>
    internal static Descriptor Open(string path, int flags, uint mode = 0) => TryOpen(path, flags, mode, [])!;

    /// <summary>Opens a path. Returns null if open(2) fails with one of the errors in <paramref name="tolerated"/>.</summary>
    /// <exception cref="IOException">The file is not a regular file.</exception>
    internal static Descriptor? TryOpen(string path, int flags, uint mode, params ReadOnlySpan<int> tolerated)
    {
        // Non-blocking: open(2) of a named pipe would wait until another process opens the other end.
        var file = TryOpenAny(path, flags | LibC.O_NONBLOCK | LibC.O_NOCTTY, mode, tolerated);
        if (file is null || file.IsRegular)
            return file;
        file.Dispose();
        throw NotRegular(path, flags);
    }

    static Descriptor? TryOpenAny(string path, int flags, uint mode, ReadOnlySpan<int> tolerated)
    {
        try
        {
            return Descriptor.TryOpen(path, flags, mode, tolerated);
        }
        // ENXIO: a pipe without a reader, or a socket. ELOOP: a symbolic link that must not be followed.
        catch (KernelException e) when (e.Errno == Errno.ENXIO || (e.Errno == Errno.ELOOP && (flags & LibC.O_NOFOLLOW) != 0))
        {
            throw NotRegular(path, flags);
        }
    }

    static IOException NotRegular(string path, int flags)
    {
        var type = TypeOf(path, (flags & LibC.O_NOFOLLOW) != 0 ? LibC.AT_SYMLINK_NOFOLLOW : 0);
        return new IOException($"{path} is {NameOf(type)}; a regular file is needed");
    }

    static string NameOf(mode_t type)
    {
        if (type == LibC.S_IFIFO)
            return "a named pipe";
        if (type == LibC.S_IFDIR)
            return "a directory";
        if (type == LibC.S_IFSOCK)
            return "a socket";
        return type == LibC.S_IFLNK ? "a symbolic link" : "a device";
    }

    /// <summary>Returns the file type (S_IFREG, S_IFIFO, …; inode(7)), or 0 if the path leads to nothing.</summary>
    internal static mode_t TypeOf(string path, int flags)
    {
        Descriptor.RefuseNul(path);
        statx status;
        return LibC.statx(LibC.AT_FDCWD, path, flags, LibC.STATX_TYPE, &status) == 0 ? status.stx_mode & LibC.S_IFMT : 0;
    }
}

namespace CniBridge.Linux;

/// <summary>Small regular files that are written in place. Symbolic links are not followed.</summary>
public static unsafe class OverwrittenFile
{
    /// <summary>
    /// Replaces the content without truncating to nothing first: ext4 flushes a file that was truncated to zero when it is
    /// closed, which costs 0.4 ms; to truncate it to the length that it has starts a transaction.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> content, uint mode)
    {
        CrashPoint.Pass();
        using var file = RegularFile.Open(path, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_NOFOLLOW, mode);
        WriteAtStart(file, path, content);
        if (file.Length <= content.Length)
            return;
        CrashPoint.Pass();
        KernelException.ThrowIfFailed(LibC.ftruncate(file.Number, content.Length), $"write {path}");
    }

    /// <summary>Writes over the beginning of a file that is no longer than the content: one step, and nothing is left beside it.</summary>
    /// <exception cref="KernelException">There is no such file.</exception>
    public static void WriteOverShorter(string path, ReadOnlySpan<byte> content)
    {
        using var file = RegularFile.Open(path, LibC.O_WRONLY | LibC.O_NOFOLLOW);
        WriteAtStart(file, path, content);
    }

    static void WriteAtStart(Descriptor file, string path, ReadOnlySpan<byte> content)
    {
        CrashPoint.Pass();
        fixed (byte* start = content)
        {
            var written = KernelException.ThrowIfFailed(
                LibC.pwrite(file.Number, start, content.Length, 0), $"write {path}");
            if (written != content.Length)
                throw new KernelException($"write {path}", Errno.ENOSPC);
        }
    }
}

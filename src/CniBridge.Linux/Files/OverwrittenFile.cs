namespace CniBridge.Linux.Files;

/// <summary>Small regular files that are overwritten in place. Symbolic links are not followed.</summary>
public static unsafe class OverwrittenFile
{
    /// <summary>
    /// Replaces the content without truncating the file to zero first: ext4 flushes such a file when it is closed, which takes 0.4 ms.
    /// A file of the right length is not truncated at all, because that would start a transaction.
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

    /// <summary>Overwrites a file that is not longer than the new content, with one write and without a temporary file.</summary>
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

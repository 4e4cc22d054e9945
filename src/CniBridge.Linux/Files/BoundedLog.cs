namespace CniBridge.Linux.Files;

/// <summary>
/// A log file of bounded size, which many processes append to without a lock. It keeps the newest lines in two files: the current
/// one, and the previous one with the suffix ".1". Each line is a single append, so lines never mix.
/// </summary>
/// <param name="maxBytes">The maximum size of both files together. A line may have at most a sixteenth of it.</param>
public sealed unsafe class BoundedLog(string path, int maxBytes)
{
    const uint FileMode = 0b110_000_000;
    const string BeforeSuffix = ".1";

    /// <summary>
    /// The size in bytes at which a file is rotated. It leaves a reserve for processes that read the size at the same time and then
    /// all append a line.
    /// </summary>
    readonly long _turnAt = maxBytes * 7L / 16;

    /// <summary>Appends a line, and rotates the file when it is full.</summary>
    /// <param name="line">The line with its line feed.</param>
    /// <exception cref="IOException">The file could not be written.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        using var file = Open();
        if (file.Length + line.Length > _turnAt)
        {
            Turn(file);
            using var next = Open();
            next.WriteAll(line);
        }
        else
            file.WriteAll(line);
    }

    /// <summary>Returns the lines without their line feeds, oldest first. Returns nothing if there is no log file.</summary>
    public IReadOnlyList<byte[]> Read()
    {
        while (true)
        {
            var identity = SmallFile.IdentityOf(path);
            List<byte[]> lines = [.. Read(path + BeforeSuffix), .. Read(path)];
            // A rotation between the two files hides the lines of the file that was renamed.
            if (SmallFile.IdentityOf(path) == identity)
                return lines;
        }
    }

    IEnumerable<byte[]> Read(string file)
    {
        if (SmallFile.TryRead(file, maxBytes) is not { } bytes)
            yield break;
        var start = 0;
        // Drops text without a line feed: a full disk leaves an incomplete line.
        for (int end; (end = Array.IndexOf(bytes, (byte)'\n', start)) >= 0; start = end + 1)
            yield return bytes[start..end];
    }

    Descriptor Open()
    {
        var flags = LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND | LibC.O_NOFOLLOW;
        if (RegularFile.TryOpen(path, flags, FileMode, Errno.ENOENT) is { } file)
            return file;
        Directories.Ensure(Path.GetDirectoryName(path)!);
        return RegularFile.Open(path, flags, FileMode);
    }

    /// <summary>Rotates the file unless another process does so at the same time. The others append to either file.</summary>
    void Turn(Descriptor file)
    {
        if (LibC.flock(file.Number, LibC.LOCK_EX | LibC.LOCK_NB) != 0 || file.Identity != SmallFile.IdentityOf(path))
            return;
        KernelException.ThrowIfFailed(LibC.rename(path, path + BeforeSuffix), $"rename {path}");
    }
}

namespace CniBridge.Linux;

/// <summary>
/// Lines that many processes append without waiting for each other, of which the newest stay: a file, and the one before it
/// under the same name with ".1". Each line is one write to the file's end, so that lines never mix.
/// </summary>
/// <param name="maxBytes">Of both files together; a line has at most a sixteenth of it.</param>
public sealed unsafe class BoundedLog(string path, int maxBytes)
{
    const uint FileMode = 0b110_000_000;
    const string BeforeSuffix = ".1";

    /// <summary>Of one file: as many writers as fit into what is left may have looked at its size at the same time.</summary>
    readonly long _turnAt = maxBytes * 7L / 16;

    /// <param name="line">With the line feed at its end.</param>
    /// <exception cref="IOException">It could not be written.</exception>
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

    /// <summary>Oldest first; none where nobody has written.</summary>
    public IEnumerable<byte[]> Read()
    {
        foreach (var file in (string[])[path + BeforeSuffix, path])
        {
            if (SmallFile.TryRead(file, maxBytes) is not { } bytes)
                continue;
            var start = 0;
            // What has no line feed is not a whole line: the disk was full.
            for (int end; (end = Array.IndexOf(bytes, (byte)'\n', start)) >= 0; start = end + 1)
                yield return bytes[start..end];
        }
    }

    Descriptor Open()
    {
        var flags = LibC.O_WRONLY | LibC.O_CREAT | LibC.O_APPEND | LibC.O_NOFOLLOW;
        if (RegularFile.TryOpen(path, flags, FileMode, Errno.ENOENT) is { } file)
            return file;
        Directories.Ensure(Path.GetDirectoryName(path)!);
        return RegularFile.Open(path, flags, FileMode);
    }

    /// <summary>One of those who come at the same time does it; the others write to whichever file is there.</summary>
    void Turn(Descriptor file)
    {
        if (LibC.flock(file.Number, LibC.LOCK_EX | LibC.LOCK_NB) != 0 || file.Identity != SmallFile.IdentityOf(path))
            return;
        KernelException.ThrowIfFailed(LibC.rename(path, path + BeforeSuffix), $"rename {path}");
    }
}

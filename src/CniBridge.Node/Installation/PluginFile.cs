using CniBridge.Linux.Files;

namespace CniBridge.Node.Installation;

/// <summary>Operations on plugin files: a program, a symbolic link or nothing. They do not follow links.</summary>
static class PluginFile
{
    const int BufferSize = 1 << 16;

    internal static bool Exists(string path) => new FileInfo(path) is var file && (file.Exists || file.LinkTarget is not null);

    internal static string? LinkTarget(string path) => new FileInfo(path).LinkTarget;

    /// <summary>Tells whether both paths are missing, links with the same target, or files with the same mode and bytes.</summary>
    internal static bool IsSame(string path, string other)
    {
        if (!Exists(path) || !Exists(other))
            return Exists(path) == Exists(other);
        var (left, right) = (new FileInfo(path), new FileInfo(other));
        if (left.LinkTarget is not null || right.LinkTarget is not null)
            return left.LinkTarget == right.LinkTarget;
        // A named pipe or a device cannot be compared, so only the same one is equal.
        if (SmallFile.IsSame(path, other))
            return true;
        if (!SmallFile.IsRegular(path) || !SmallFile.IsRegular(other))
            return false;
        if (left.UnixFileMode != right.UnixFileMode || left.Length != right.Length)
            return false;
        using var file = RegularFile.OpenRead(path);
        using var otherFile = RegularFile.OpenRead(other);
        return HasSameBytes(file, otherFile);
    }

    /// <summary>Compares the rest of two streams.</summary>
    internal static bool HasSameBytes(Stream left, Stream right)
    {
        var (buffer, otherBuffer) = (new byte[BufferSize], new byte[BufferSize]);
        int length;
        do
        {
            length = left.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var other = right.ReadAtLeast(otherBuffer, otherBuffer.Length, throwOnEndOfStream: false);
            if (!buffer.AsSpan(0, length).SequenceEqual(otherBuffer.AsSpan(0, other)))
                return false;
        }
        while (length > 0);
        return true;
    }

    /// <summary>
    /// Saves a file under a second name, as a hard link. It uses no space and keeps owner, mode and bytes. Copies the file if a hard
    /// link is not possible.
    /// </summary>
    internal static void Keep(string path, string name)
    {
        if (SmallFile.TryAddName(path, name))
            return;
        if (LinkTarget(path) is { } target)
        {
            File.CreateSymbolicLink(name, target);
            return;
        }
        using var file = RegularFile.OpenRead(path);
        CopyTo(file, name, File.GetUnixFileMode(path));
    }

    /// <summary>Creates a new file with the content of a stream and flushes it to disk.</summary>
    internal static void CopyTo(Stream program, string path, UnixFileMode mode)
    {
        // Other users must not open the file before it is complete.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var copy = new FileStream(path, options);
        program.CopyTo(copy);
        // This ignores the umask.
        File.SetUnixFileMode(copy.SafeFileHandle, mode);
        copy.Flush(flushToDisk: true);
    }
}

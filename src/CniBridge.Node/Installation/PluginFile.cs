using CniBridge.Linux;

namespace CniBridge.Node.Installation;

/// <summary>What a path is: a program, a link wherever it leads, or nothing. No link is followed.</summary>
static class PluginFile
{
    const int BufferSize = 1 << 16;

    internal static bool Exists(string path) => new FileInfo(path) is var file && (file.Exists || file.LinkTarget is not null);

    internal static string? LinkTarget(string path) => new FileInfo(path).LinkTarget;

    /// <summary>Both nothing, links to the same, or files of the same mode with the same bytes.</summary>
    internal static bool IsSame(string path, string other)
    {
        if (!Exists(path) || !Exists(other))
            return Exists(path) == Exists(other);
        var (left, right) = (new FileInfo(path), new FileInfo(other));
        if (left.LinkTarget is not null || right.LinkTarget is not null)
            return left.LinkTarget == right.LinkTarget;
        // A named pipe or a device is the same only as itself.
        if (SmallFile.IsSame(path, other))
            return true;
        if (!SmallFile.IsRegular(path) || !SmallFile.IsRegular(other) || left.UnixFileMode != right.UnixFileMode || left.Length != right.Length)
            return false;
        using var file = RegularFile.OpenRead(path);
        using var otherFile = RegularFile.OpenRead(other);
        return HasSameBytes(file, otherFile);
    }

    /// <summary>From where both are to their ends.</summary>
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
    /// Makes a path lead to what another does: the same file under a second name, which takes no room and keeps owner, mode
    /// and bytes; a copy of it where that is not possible.
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

    /// <summary>A new file, whole on the disk.</summary>
    internal static void CopyTo(Stream program, string path, UnixFileMode mode)
    {
        // Until it is whole, no other user can open it.
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var copy = new FileStream(path, options);
        program.CopyTo(copy);
        // Whatever the umask is.
        File.SetUnixFileMode(copy.SafeFileHandle, mode);
        copy.Flush(flushToDisk: true);
    }
}

using System.Text;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Namespaces;

/// <summary>A network namespace that is mounted on a file.</summary>
/// <param name="Identity">Device and inode; see <see cref="SmallFile.IdentityOf(string)"/>.</param>
/// <param name="Path">The mount point, as seen from the root directory of a process.</param>
readonly record struct MountedNamespace(string Identity, string Path)
{
    /// <summary>
    /// The maximum length of a line that names a namespace: a mount point has at most PATH_MAX bytes, each escaped as four. Lines of
    /// other mounts may be longer.
    /// </summary>
    internal const int MaxLineBytes = 32 * 1024;

    /// <summary>
    /// Reads the mounted namespaces from the mount table of a process. The table may have 100,000 entries (fs.mount-max), so it is read
    /// in parts. A namespace may be mounted several times, and another mount may hide it.
    /// </summary>
    /// <param name="process">The directory /proc/PID of the process.</param>
    /// <param name="device">MAJOR:MINOR of the file system of namespaces (nsfs).</param>
    /// <returns>The namespaces; none if the process has ended or the table cannot be read.</returns>
    /// <exception cref="KernelException">The process or the node lacks descriptors or memory.</exception>
    internal static IEnumerable<MountedNamespace> ReadAll(string process, string device)
    {
        using var table = Descriptor.TryOpen(
            $"{process}/mountinfo", LibC.O_RDONLY, 0, Errno.ENOENT, Errno.ESRCH, Errno.EACCES, Errno.EPERM, Errno.EINVAL);
        if (table is null)
            yield break;
        using var stream = table.Stream();
        var buffer = new byte[2 * MaxLineBytes];
        var (length, isTail) = (0, false);
        while (TryRead(stream, buffer.AsSpan(length)) is var count and > 0)
        {
            length += count;
            var start = 0;
            for (int end; (end = Array.IndexOf(buffer, (byte)'\n', start, length - start)) >= 0; start = end + 1)
            {
                if (!isTail && Parse(buffer.AsSpan(start, end - start), device) is { } mounted)
                    yield return mounted;
                isTail = false;
            }
            // Discards the rest of a line that does not fit into the buffer.
            isTail |= start == 0 && length == buffer.Length;
            length = isTail ? 0 : length - start;
            Array.Copy(buffer, start, buffer, 0, length);
        }
    }

    /// <summary>Reads a part of the table. Returns 0 if the process ended in between.</summary>
    static int TryRead(DescriptorStream stream, Span<byte> buffer)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (KernelException)
        {
            return 0;
        }
    }

    // proc_pid_mountinfo(5): 36 35 0:4 net:[4026532281] /run/netns/pod rw,… - nsfs nsfs rw
    static MountedNamespace? Parse(ReadOnlySpan<byte> line, string device)
    {
        // A fast check, because nearly all lines describe other mounts.
        if (line.IndexOf(" net:["u8) < 0)
            return null;
        var words = Encoding.UTF8.GetString(line).Split(' ', 6);
        return words is [_, _, var place, ['n', 'e', 't', ':', '[', .. var inode, ']'], var mountPoint, _] && place == device
            ? new MountedNamespace($"{device}:{inode}", Unescape(mountPoint))
            : null;
    }

    /// <summary>Decodes the octal escapes of the table, such as \040 for a space (proc_pid_mountinfo(5)).</summary>
    static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text;
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i) is
                ['\\', >= '0' and <= '1' and var high, >= '0' and <= '7' and var middle, >= '0' and <= '7' and var low, ..])
            {
                plain.Append((char)(((high - '0') << 6) | ((middle - '0') << 3) | (low - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }
        return plain.ToString();
    }
}

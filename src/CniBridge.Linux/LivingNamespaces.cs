using System.Text;

namespace CniBridge.Linux;

/// <summary>
/// The network namespaces of this node: those that processes are in, and those that are mounted in any process's mount
/// namespace. (One that only an open file or a socket keeps alive is not seen; its links in other namespaces are.)
/// </summary>
public static class LivingNamespaces
{
    /// <summary>
    /// Each once, open, with the path where it is mounted if it is; the caller disposes them. Grows with the number of processes.
    /// </summary>
    /// <exception cref="IOException">One that may be alive could not be looked at: the list would not be whole.</exception>
    public static List<NetworkNamespace> OpenAll()
    {
        var found = new Dictionary<string, NetworkNamespace>(StringComparer.Ordinal);
        var mounts = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var process in Directory.EnumerateDirectories("/proc"))
            {
                // Where one is mounted says more to people than who is in it.
                if (IsProcess(process) && SmallFile.IdentityOf($"{process}/ns/mnt") is { } mount && mounts.Add(mount))
                    AddMounted(process, found);
            }
            foreach (var process in Directory.EnumerateDirectories("/proc"))
            {
                if (IsProcess(process))
                    Add($"{process}/ns/net", found);
            }
            return [.. found.Values];
        }
        catch
        {
            foreach (var one in found.Values)
                one.Dispose();
            throw;
        }
    }

    static bool IsProcess(string path) => char.IsAsciiDigit(path["/proc/".Length]);

    static void Add(string path, Dictionary<string, NetworkNamespace> found)
    {
        // Of a process that ended meanwhile there is nothing.
        if (SmallFile.IdentityOf(path) is not { } identity || found.ContainsKey(identity))
            return;
        if (NetworkNamespace.TryOpen(path) is { } opened)
            found.Add(identity, opened);
    }

    /// <summary>proc_pid_mountinfo(5): 36 35 0:4 net:[4026532281] /run/netns/pod rw,… - nsfs nsfs rw</summary>
    static void AddMounted(string process, Dictionary<string, NetworkNamespace> found)
    {
        foreach (var line in ReadMounts(process))
        {
            var words = line.Split(' ');
            if (words.Length < 5 || !words[3].StartsWith("net:[", StringComparison.Ordinal))
                continue;
            var identity = $"{words[2]}:{words[3]["net:[".Length..^1]}";
            if (found.ContainsKey(identity))
                continue;
            var path = Unescape(words[4]);
            Add(SmallFile.IdentityOf(path) == identity ? path : $"{process}/root{path}", found);
        }
    }

    static string[] ReadMounts(string process)
    {
        try
        {
            return File.ReadAllLines($"{process}/mountinfo");
        }
        catch (IOException) when (SmallFile.IdentityOf($"{process}/ns/mnt") is null)
        {
            // It ended.
            return [];
        }
    }

    /// <summary>Blanks and the like stand as three octal digits after a backslash.</summary>
    static string Unescape(string text)
    {
        var plain = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                plain.Append((char)Convert.ToInt32(text.Substring(i + 1, 3), 8));
                i += 3;
            }
            else
                plain.Append(text[i]);
        }
        return plain.ToString();
    }
}

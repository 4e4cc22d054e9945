using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Hashing;

namespace CniBridge.Plugins.State;

/// <summary>
/// A directory with records of one kind about rules in the kernel, which does not keep this information: one file for each, complete
/// or absent. It is on a file system that a reboot empties, like the rules. Without the records, only repair is impossible.
/// </summary>
sealed class StateDirectory(string path)
{
    internal const string DefaultRoot = "/run/cni-bridge";

    const uint FileMode = 0b110_000_000;

    /// <summary>The longest file name that is used as it is; NAME_MAX is 255.</summary>
    const int MaxName = 200;

    internal string Path { get; } = path;

    /// <summary>Returns a file name that joins texts without slashes. A name that is too long is cut and made unique by a hash.</summary>
    internal static string NameOf(params string[] parts)
    {
        var name = string.Join(',', parts);
        if (Encoding.UTF8.GetByteCount(name) <= MaxName)
            return name;
        var cut = new StringBuilder();
        foreach (var c in name)
        {
            if (cut.Length < MaxName / 4)
                cut.Append(c);
        }
        return $"{cut}~{StableHash.ShortOf(name)}{StableHash.ShortOf("~" + name)}";
    }

    /// <summary>Returns the contents of a file, or null if there is no regular file.</summary>
    internal byte[]? TryRead(string name) => SmallFile.TryReadRegular(PathOf(name));

    internal bool Has(string name) => SmallFile.Exists(PathOf(name));

    internal void Write(string name, ReadOnlySpan<byte> content)
    {
        try
        {
            AtomicFile.Replace(PathOf(name), content, FileMode);
        }
        catch (KernelException e) when (e.Errno == Errno.ENOENT)
        {
            Directories.Ensure(Path);
            AtomicFile.Replace(PathOf(name), content, FileMode);
        }
    }

    /// <summary>Deletes a file. Returns false if it did not exist.</summary>
    internal bool TryDelete(string name)
    {
        AtomicFile.TryDeleteUnfinished(PathOf(name));
        return SmallFile.TryDelete(PathOf(name));
    }

    /// <summary>Returns the names of all files except temporary ones.</summary>
    internal List<string> List()
    {
        var names = new List<string>();
        // A directory that cannot be read must not look empty.
        if (!SmallFile.Exists(Path))
            return names;
        foreach (var file in Directory.EnumerateFiles(Path))
        {
            if (System.IO.Path.GetFileName(file) is { } name && !AtomicFile.IsUnfinished(name))
                names.Add(name);
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    string PathOf(string name) => System.IO.Path.Combine(Path, name);
}

using System.Text;
using CniBridge.Linux;

namespace CniBridge.Plugins.State;

/// <summary>
/// Notes of one kind about what the kernel has been told and cannot tell again once it forgot: a file each, whole or absent.
/// They are kept where they end with a reboot, as the kernel's rules do; whoever lost them loses only what cannot be restored.
/// </summary>
sealed class StateDirectory(string path)
{
    internal const string DefaultRoot = "/run/cni-bridge";

    const uint FileMode = 0b110_000_000;

    /// <summary>NAME_MAX is 255.</summary>
    const int MaxName = 200;

    internal string Path { get; } = path;

    /// <summary>The name of a file, of texts without a slash: joined, and cut and made unique again when too long.</summary>
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

    /// <summary>Null where there is none.</summary>
    internal byte[]? TryRead(string name) => SmallFile.TryRead(PathOf(name));

    internal bool Has(string name) => SmallFile.Exists(PathOf(name));

    internal void Write(string name, ReadOnlySpan<byte> content)
    {
        try
        {
            SmallFile.Replace(PathOf(name), content, FileMode);
        }
        catch (KernelException e) when (e.Errno == Errno.ENOENT)
        {
            Directories.Ensure(Path);
            SmallFile.Replace(PathOf(name), content, FileMode);
        }
    }

    /// <summary>False where there was none.</summary>
    internal bool TryDelete(string name)
    {
        SmallFile.TryDeleteUnfinished(PathOf(name));
        return SmallFile.TryDelete(PathOf(name));
    }

    /// <summary>The names of all; what is being written is not among them.</summary>
    internal List<string> List()
    {
        var names = new List<string>();
        // A directory that cannot be looked at is not an empty one.
        if (!SmallFile.Exists(Path))
            return names;
        foreach (var file in Directory.EnumerateFiles(Path))
        {
            if (System.IO.Path.GetFileName(file) is { } name && !SmallFile.IsUnfinished(name))
                names.Add(name);
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    string PathOf(string name) => System.IO.Path.Combine(Path, name);
}

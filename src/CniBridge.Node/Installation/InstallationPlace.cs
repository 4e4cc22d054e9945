using CniBridge.Linux;

namespace CniBridge.Node.Installation;

/// <summary>A directory of plugins, and beside them, out of every runtime's sight, what an installation replaced.</summary>
/// <param name="names">Of the program and its roles.</param>
sealed class InstallationPlace(string directory, IReadOnlyList<string> names)
{
    static readonly TimeSpan s_lockDeadline = TimeSpan.FromSeconds(30);

    internal string Directory { get; } = directory;

    internal IReadOnlyList<string> Names { get; } = names;

    internal string Own => Path.Combine(Directory, ".cni-bridge");

    internal string RecordFile => Path.Combine(Own, "installation.json");

    /// <summary>What the names led to before the first installation.</summary>
    internal string Original => Path.Combine(Own, "original");

    /// <summary>What they led to before the last change.</summary>
    internal string Previous => Path.Combine(Own, "previous");

    /// <summary>What <see cref="Previous"/> is to become; whole.</summary>
    internal string Next => Path.Combine(Own, "next");

    string Unfinished => Path.Combine(Own, "unfinished");

    string Outdated => Path.Combine(Own, "outdated");

    internal string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>Hidden: no runtime looks for a plugin of such a name.</summary>
    internal string UnfinishedOf(string name) => Path.Combine(Directory, $".{name}.unfinished");

    /// <summary>Returns whether an installation has left anything there; its lock does not count.</summary>
    internal bool HasOwn()
    {
        if (!System.IO.Directory.Exists(Own))
            return false;
        foreach (var entry in System.IO.Directory.EnumerateFileSystemEntries(Own))
        {
            if (Path.GetFileName(entry) != FileLock.NameInDirectory)
                return true;
        }
        return false;
    }

    /// <summary>Waits until no other process works there. What is unfinished then was left by a process that was killed.</summary>
    internal FileLock Lock()
    {
        var held = FileLock.AcquireDirectory(Own, s_lockDeadline);
        foreach (var name in Names)
            SmallFile.TryDelete(UnfinishedOf(name));
        RemoveTree(Unfinished);
        RemoveTree(Outdated);
        SmallFile.TryDeleteUnfinished(RecordFile);
        // Between the two renames of ReplacePrevious.
        if (!System.IO.Directory.Exists(Previous) && System.IO.Directory.Exists(Next))
            SmallFile.Rename(Next, Previous);
        return held;
    }

    /// <summary>Keeps what the names lead to now in a directory, which is whole or not there.</summary>
    internal void KeepAs(string kept)
    {
        RemoveTree(kept);
        Directories.Ensure(Unfinished);
        foreach (var name in Names)
        {
            if (PluginFile.Exists(PathOf(name)))
                PluginFile.Keep(PathOf(name), Path.Combine(Unfinished, name));
        }
        Directories.Flush(Unfinished);
        SmallFile.Rename(Unfinished, kept);
        Directories.Flush(Own);
    }

    /// <summary>By <see cref="Next"/>.</summary>
    internal void ReplacePrevious()
    {
        if (System.IO.Directory.Exists(Previous))
            SmallFile.Rename(Previous, Outdated);
        SmallFile.Rename(Next, Previous);
        Directories.Flush(Own);
        RemoveTree(Outdated);
    }

    /// <summary>The names that lead elsewhere than what was kept of them.</summary>
    internal List<string> FindDifferent(string kept)
    {
        var different = new List<string>();
        foreach (var name in Names)
        {
            if (!PluginFile.IsSame(PathOf(name), Path.Combine(kept, name)))
                different.Add(name);
        }
        return different;
    }

    /// <summary>Makes a name lead to what was kept of it, in one step; it leads nowhere where nothing was.</summary>
    internal void PutBack(string name, string kept)
    {
        var path = Path.Combine(kept, name);
        if (!PluginFile.Exists(path))
        {
            SmallFile.TryDelete(PathOf(name));
            return;
        }
        PluginFile.Keep(path, UnfinishedOf(name));
        SmallFile.Rename(UnfinishedOf(name), PathOf(name));
        // It is still there if the name led to that very file.
        SmallFile.TryDelete(UnfinishedOf(name));
    }

    internal static void RemoveTree(string path)
    {
        Directories.Empty(path);
        Directories.TryRemove(path);
    }
}

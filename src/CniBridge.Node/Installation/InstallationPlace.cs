using CniBridge.Linux.Files;

namespace CniBridge.Node.Installation;

/// <summary>A plugin directory, and the hidden directory in it with the replaced files. Runtimes do not read the hidden one.</summary>
/// <param name="names">The names of the program and its plugins.</param>
sealed class InstallationPlace(string directory, IReadOnlyList<string> names)
{
    static readonly TimeSpan s_lockDeadline = TimeSpan.FromSeconds(30);

    internal string Directory { get; } = directory;

    internal IReadOnlyList<string> Names { get; } = names;

    internal string Own => Path.Combine(Directory, ".cni-bridge");

    internal string RecordFile => Path.Combine(Own, "installation.json");

    /// <summary>The directory with the files from before the first installation.</summary>
    internal string Original => Path.Combine(Own, "original");

    /// <summary>The directory with the files from before the last change.</summary>
    internal string Previous => Path.Combine(Own, "previous");

    /// <summary>The complete directory that will replace <see cref="Previous"/>.</summary>
    internal string Next => Path.Combine(Own, "next");

    string Unfinished => Path.Combine(Own, "unfinished");

    string Outdated => Path.Combine(Own, "outdated");

    internal string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>Returns the path of an unfinished file. Its hidden name is never that of a plugin.</summary>
    internal string UnfinishedOf(string name) => Path.Combine(Directory, $".{name}.unfinished");

    /// <summary>Tells whether an installation has left files here, besides its lock.</summary>
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

    /// <summary>Waits for the lock, then removes unfinished files of a killed process.</summary>
    internal FileLock Lock()
    {
        var held = FileLock.AcquireDirectory(Own, s_lockDeadline);
        foreach (var name in Names)
            SmallFile.TryDelete(UnfinishedOf(name));
        RemoveTree(Unfinished);
        RemoveTree(Outdated);
        AtomicFile.TryDeleteUnfinished(RecordFile);
        // The process was killed between the two renames of ReplacePrevious.
        if (!System.IO.Directory.Exists(Previous) && System.IO.Directory.Exists(Next))
            SmallFile.Rename(Next, Previous);
        return held;
    }

    /// <summary>Saves the current files in a directory, which is complete or does not exist.</summary>
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

    /// <summary>Replaces <see cref="Previous"/> by <see cref="Next"/>.</summary>
    internal void ReplacePrevious()
    {
        if (System.IO.Directory.Exists(Previous))
            SmallFile.Rename(Previous, Outdated);
        SmallFile.Rename(Next, Previous);
        Directories.Flush(Own);
        RemoveTree(Outdated);
    }

    /// <summary>Returns the names whose files differ from the saved ones.</summary>
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

    /// <summary>Restores a saved file atomically. Deletes the current file if none was saved.</summary>
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
        // rename(2) does nothing if both names are links to the same file.
        SmallFile.TryDelete(UnfinishedOf(name));
    }

    internal static void RemoveTree(string path)
    {
        Directories.Empty(path);
        Directories.TryRemove(path);
    }
}

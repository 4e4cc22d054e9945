using CniBridge.Linux.Files;

namespace CniBridge.Node.Installation;

/// <summary>The removal of the plugins: it restores the original files, or deletes ours.</summary>
/// <param name="record">The installation; null if unknown.</param>
sealed class PluginRemoval(InstallationPlace place, UninstallationPlan plan, FileRemoval files, InstallationRecord? record)
{
    /// <summary>Adds the links first, then the program to which they lead.</summary>
    internal void Add()
    {
        foreach (var name in place.Names)
        {
            if (name != PluginInstallation.ProgramName)
                Add(name);
        }
        Add(PluginInstallation.ProgramName);
        if (!place.HasOwn())
            return;
        files.Expect(place.Own);
        plan.Remove($"the directory {place.Own}", RemoveOwn);
    }

    void Add(string name)
    {
        var path = place.PathOf(name);
        var kept = Path.Combine(place.Original, name);
        if (record is not null && PluginFile.Exists(kept))
        {
            if (!IsOurs(name) && PluginFile.Exists(path))
                LeaveOthers(path, kept);
            else
                plan.Add(UninstallationVerb.PutBack, path, () => PutBack(kept, path));
        }
        else if (record?.Original.Contains(name) != true && IsOurs(name))
        {
            files.Expect(path);
            plan.Remove($"the plugin {path}", () => SmallFile.TryDelete(path));
        }
    }

    /// <summary>Reports a file that another program installed later. A file that equals the original was already restored.</summary>
    void LeaveOthers(string path, string kept)
    {
        if (!PluginFile.IsSame(path, kept))
            plan.Leave(path, "it was installed later by another program");
    }

    void PutBack(string kept, string path)
    {
        if (PluginFile.Exists(kept))
            SmallFile.Rename(kept, path);
        Directories.Flush(place.Directory);
    }

    /// <summary>Tells whether a file belongs to cni-bridge, by its name, in any version.</summary>
    bool IsOurs(string name) => name == PluginInstallation.ProgramName
        ? PluginFile.Exists(place.PathOf(name))
        : PluginFile.LinkTarget(place.PathOf(name)) == PluginInstallation.ProgramName;

    /// <summary>Removes the record last, so that a killed uninstallation can be repeated.</summary>
    void RemoveOwn()
    {
        foreach (var entry in Directory.GetFileSystemEntries(place.Own))
        {
            if (Directory.Exists(entry))
                InstallationPlace.RemoveTree(entry);
        }
        Directories.Empty(place.Own);
        Directories.TryRemove(place.Own);
    }
}

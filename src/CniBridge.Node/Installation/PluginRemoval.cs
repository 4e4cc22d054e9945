using CniBridge.Linux;

namespace CniBridge.Node.Installation;

/// <summary>Our names in the directory of plugins, as steps that make them lead to what they led to before, or nowhere.</summary>
/// <param name="record">Null: nobody knows what there was before.</param>
sealed class PluginRemoval(InstallationPlace place, UninstallationPlan plan, FileRemoval files, InstallationRecord? record)
{
    /// <summary>The links before the program that they lead to.</summary>
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

    /// <summary>A name of the original that leads elsewhere was put back by an uninstallation that was killed, or by a rollback.</summary>
    void LeaveOthers(string path, string kept)
    {
        if (!PluginFile.IsSame(path, kept))
            plan.Leave(path, "somebody else has put it there since");
    }

    void PutBack(string kept, string path)
    {
        if (PluginFile.Exists(kept))
            SmallFile.Rename(kept, path);
        Directories.Flush(place.Directory);
    }

    /// <summary>A file of our name is ours, whichever version.</summary>
    bool IsOurs(string name) => name == PluginInstallation.ProgramName
        ? PluginFile.Exists(place.PathOf(name))
        : PluginFile.LinkTarget(place.PathOf(name)) == PluginInstallation.ProgramName;

    /// <summary>The record last: with it, all of this can be done again.</summary>
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

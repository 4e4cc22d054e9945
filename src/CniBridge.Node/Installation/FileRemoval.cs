using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;

namespace CniBridge.Node.Installation;

/// <summary>The removal of files and directories. It tracks planned removals, to find directories that will become empty.</summary>
/// <param name="record">The installation; null if unknown. Without it, all emptied directories stay.</param>
sealed class FileRemoval(UninstallationPlan plan, InstallationRecord? record)
{
    readonly HashSet<string> _gone = new(StringComparer.Ordinal);

    /// <summary>Notes a path that another step removes.</summary>
    internal void Expect(string path) => _gone.Add(Path.GetFullPath(path));

    internal void AddFile(string path)
    {
        Expect(path);
        plan.Remove($"the file {path}", () => SmallFile.TryDelete(path));
    }

    /// <summary>
    /// Adds the removal of a directory with its content. The directory itself stays if it existed before the installation.
    /// </summary>
    internal void AddTree(string path)
    {
        if (!Directory.Exists(path))
            return;
        var stays = record?.Node.HadDirectory(path) == true;
        if (!stays)
            _gone.Add(path);
        // Without a record, an empty directory may be a mount point.
        if ((stays || record is null) && !Directory.EnumerateFileSystemEntries(path).Any())
            return;
        plan.Remove(stays ? $"the content of {path}" : $"the directory {path}", () =>
        {
            Directories.Empty(path);
            if (!stays)
                Directories.TryRemove(path);
        });
    }

    /// <summary>Adds the removal of a directory if it will be empty and did not exist before the installation.</summary>
    internal void AddEmptied(string path)
    {
        if (record is null || record.Node.HadDirectory(path) || !Directory.Exists(path) || _gone.Contains(path))
            return;
        foreach (var entry in Directory.EnumerateFileSystemEntries(path))
        {
            if (!_gone.Contains(entry))
                return;
        }
        _gone.Add(path);
        plan.Remove($"the directory {path}", () => Directories.TryRemove(path));
    }

    /// <summary>Adds the removal of a network's reservations, if none of them is still in use.</summary>
    /// <param name="isOver">Tells whether the reservation of an address is no longer needed.</param>
    internal void AddStore(string path, Func<IpAddress, bool> isOver)
    {
        if (!Directory.Exists(path))
            return;
        foreach (var entry in Directory.EnumerateFileSystemEntries(path))
        {
            var name = Path.GetFileName(entry);
            var isMark = name == "lock" || name.StartsWith("last_reserved_ip.", StringComparison.Ordinal);
            if (isMark || (IpAddress.TryParse(name, out var address) && isOver(address)))
                continue;
            plan.Leave(path, $"it contains {name}");
            return;
        }
        AddTree(path);
    }
}

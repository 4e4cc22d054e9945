using CniBridge.Linux;
using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Installation;

/// <summary>Files and directories to remove, as steps; knows which directories will be empty by then.</summary>
/// <param name="record">Null: nobody knows which directories there were before.</param>
sealed class FileRemoval(UninstallationPlan plan, InstallationRecord? record)
{
    readonly HashSet<string> _gone = new(StringComparer.Ordinal);

    /// <summary>Somebody else's step removes it.</summary>
    internal void Expect(string path) => _gone.Add(Path.GetFullPath(path));

    internal void AddFile(string path)
    {
        Expect(path);
        plan.Remove($"the file {path}", () => SmallFile.TryDelete(path));
    }

    /// <summary>With all that is in it; the directory itself stays if it was there before.</summary>
    internal void AddTree(string path)
    {
        if (!Directory.Exists(path))
            return;
        var stays = record?.Node.HadDirectory(path) == true;
        if (!stays)
            _gone.Add(path);
        // Of one that nobody noted, something may be mounted on it.
        if ((stays || record is null) && !Directory.EnumerateFileSystemEntries(path).Any())
            return;
        plan.Remove(stays ? $"what is in {path}" : $"the directory {path}", () =>
        {
            Directories.Empty(path);
            if (!stays)
                Directories.TryRemove(path);
        });
    }

    /// <summary>If nothing will be in it, and it was not there before.</summary>
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

    /// <summary>A network's directory, if none of its reservations is anybody's any more.</summary>
    /// <param name="isOver">Is the reservation of the address?</param>
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
            plan.Leave(path, $"{name} is in it");
            return;
        }
        AddTree(path);
    }
}

using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>The program in a runtime's directory of plugins, with a link for each of its roles.</summary>
/// <param name="source">The program to install; it may be the one that is installed.</param>
/// <param name="roles">Names of links, relative ones: the directory may be another path's to the runtime.</param>
public sealed class PluginInstallation(string source, string directory, IReadOnlyList<string> roles)
{
    public const string ProgramName = "cni-bridge";

    const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    const UnixFileMode Mode = Readable | UnixFileMode.UserWrite | Executable;

    readonly InstallationPlace _place = new(directory, [ProgramName, .. roles]);

    /// <summary>Of the source, for people.</summary>
    public string Version { get; init; } = "";

    /// <summary>
    /// Each name leads to a whole program at every moment: it is made beside its place and then renamed over what is there. A
    /// file that is being executed cannot be written to, but another can take its name; who executes it keeps it. What was
    /// there is kept for <see cref="PluginRollback"/>, and the first time for <see cref="Uninstallation"/>.
    /// </summary>
    /// <returns>The names that were put there; none when all were there.</returns>
    /// <exception cref="RuntimeException">Something is in the way.</exception>
    public IReadOnlyList<string> Run()
    {
        // Before anything is made.
        var before = _place.HasOwn() ? null : NodeBefore.Look(NodeBefore.WithParents(directory));
        Directories.Ensure(directory);
        using var held = _place.Lock();
        RefuseDirectories();
        var record = InstallationRecord.TryLoad(_place.RecordFile);
        var changed = FindChanged();
        if (changed.Count == 0)
        {
            Finish(record);
            return changed;
        }
        try
        {
            // All that takes room, first.
            MakeProgram(changed);
            record = KeepPrevious(record, before);
            Put(changed);
        }
        catch
        {
            SmallFile.TryDelete(_place.UnfinishedOf(ProgramName));
            throw;
        }
        Finish(record);
        return changed;
    }

    /// <summary>Looks at all names before anything is changed.</summary>
    void RefuseDirectories()
    {
        foreach (var name in _place.Names)
        {
            var there = new DirectoryInfo(_place.PathOf(name));
            if (there.Exists && there.LinkTarget is null)
                throw new RuntimeException($"{there.FullName} is a directory: remove it, it is in the way of a plugin");
        }
    }

    List<string> FindChanged()
    {
        var changed = new List<string>();
        if (!IsThere(_place.PathOf(ProgramName)))
            changed.Add(ProgramName);
        foreach (var role in roles)
        {
            if (PluginFile.LinkTarget(_place.PathOf(role)) != ProgramName)
                changed.Add(role);
        }
        return changed;
    }

    /// <summary>A file of its own, no link, with the same bytes: a loss of power may have left others in it.</summary>
    bool IsThere(string path)
    {
        var there = new FileInfo(path);
        if (!SmallFile.IsRegular(path) || there.LinkTarget is not null || there.UnixFileMode != Mode)
            return false;
        using var program = RegularFile.OpenRead(source);
        using var file = RegularFile.OpenRead(path);
        return PluginFile.HasSameBytes(program, file);
    }

    void MakeProgram(List<string> changed)
    {
        if (!changed.Contains(ProgramName))
            return;
        using var program = RegularFile.OpenRead(source);
        PluginFile.CopyTo(program, _place.UnfinishedOf(ProgramName), Mode);
    }

    /// <returns>What says that names are being changed, written.</returns>
    InstallationRecord KeepPrevious(InstallationRecord? record, NodeBefore? before)
    {
        // What an installation that was killed kept is what was there before, and now there is a mixture.
        if (record is null or { Unfinished: InstallationStep.None })
        {
            _place.KeepAs(_place.Next);
            _place.ReplacePrevious();
        }
        if (record is null)
            _place.KeepAs(_place.Original);
        var present = new List<string>();
        foreach (var name in _place.Names)
        {
            if (record is null && PluginFile.Exists(_place.PathOf(name)))
                present.Add(name);
        }
        record = new InstallationRecord
        {
            Directory = record?.Directory ?? Path.GetFullPath(directory),
            Version = Version,
            PreviousVersion = record is { Unfinished: InstallationStep.None } ? record.Version : record?.PreviousVersion ?? "",
            Time = DateTimeOffset.UtcNow,
            Unfinished = InstallationStep.Install,
            Original = record?.Original ?? present,
            Node = record?.Node ?? before ?? NodeBefore.Look(NodeBefore.WithParents(directory)),
        };
        record.Save(_place.RecordFile);
        return record;
    }

    void Put(List<string> changed)
    {
        foreach (var name in changed)
        {
            if (name != ProgramName)
                File.CreateSymbolicLink(_place.UnfinishedOf(name), ProgramName);
            SmallFile.Rename(_place.UnfinishedOf(name), _place.PathOf(name));
            // No link outlives a loss of power that the program does not.
            if (name == ProgramName)
                Directories.Flush(directory);
        }
        Directories.Flush(directory);
    }

    void Finish(InstallationRecord? record)
    {
        if (record is null or { Unfinished: InstallationStep.None })
            return;
        (record with { Version = Version, Unfinished = InstallationStep.None }).Save(_place.RecordFile);
        InstallationPlace.RemoveTree(_place.Next);
    }
}

using CniBridge.Linux.Files;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>The installation of the program into a plugin directory, with a symbolic link for each plugin.</summary>
/// <param name="source">The program to install, which may be the installed one.</param>
/// <param name="roles">The names of the links. They are relative, because a runtime may see the directory at another path.</param>
public sealed class PluginInstallation(string source, string directory, IReadOnlyList<string> roles)
{
    public const string ProgramName = "cni-bridge";

    const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    const UnixFileMode Mode = Readable | UnixFileMode.UserWrite | Executable;

    readonly InstallationPlace _place = new(directory, [ProgramName, .. roles]);

    /// <summary>The version of the source, for messages.</summary>
    public string Version { get; init; } = "";

    /// <summary>
    /// Installs the program. Each file is created under a hidden name and renamed, so a plugin is complete at every moment. Running
    /// processes keep using the old file. Replaced files are saved for <see cref="PluginRollback"/> and <see cref="Uninstallation"/>.
    /// </summary>
    /// <returns>The names that changed; empty if all were installed already.</returns>
    /// <exception cref="RuntimeException">A directory has the name of a plugin.</exception>
    public IReadOnlyList<string> Run()
    {
        // The state must be read before the first change.
        var before = _place.HasOwn() ? null : PreinstallState.Look(PreinstallState.WithParents(directory));
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
            // The copy comes first, because it needs space on the disk.
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

    /// <summary>Checks all names before the first change.</summary>
    void RefuseDirectories()
    {
        foreach (var name in _place.Names)
        {
            var there = new DirectoryInfo(_place.PathOf(name));
            if (there.Exists && there.LinkTarget is null)
                throw new RuntimeException($"{there.FullName} is a directory: remove it, a plugin needs this name");
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

    /// <summary>
    /// Tells whether the program is installed as a file with the right mode and bytes. A power failure may have damaged it.
    /// </summary>
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

    /// <summary>Saves the current files, and writes the record of the step in progress.</summary>
    /// <returns>The record.</returns>
    InstallationRecord KeepPrevious(InstallationRecord? record, PreinstallState? before)
    {
        // After a killed installation, the saved files are correct and the current ones are a mixture.
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
            Node = record?.Node ?? before ?? PreinstallState.Look(PreinstallState.WithParents(directory)),
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
            // The program must be on disk before the links, in case of a power failure.
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

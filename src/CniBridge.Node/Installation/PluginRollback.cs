using CniBridge.Linux.Files;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>
/// The return to the files that the last installation replaced. The current files are saved, so that a second rollback undoes the
/// first.
/// </summary>
public sealed class PluginRollback(string directory, IReadOnlyList<string> roles)
{
    readonly InstallationPlace _place = new(directory, [PluginInstallation.ProgramName, .. roles]);

    /// <summary>Restores the previous files. Each name changes atomically, as in <see cref="PluginInstallation.Run"/>.</summary>
    /// <exception cref="RuntimeException">There are no previous files, or they are installed already.</exception>
    public RollbackReport Run()
    {
        if (!_place.HasOwn())
            throw NothingThere("no installation by cni-bridge install");
        using var held = _place.Lock();
        var record = InstallationRecord.TryLoad(_place.RecordFile) ?? throw NothingThere("no installation was completed");
        // A killed rollback had changed all files but not the record. Another pass would undo it.
        if (record.Unfinished == InstallationStep.Rollback && !Directory.Exists(_place.Next))
            return new RollbackReport(Save(record).Version, []);
        var changed = _place.FindDifferent(_place.Previous);
        if (record.Unfinished == InstallationStep.None)
        {
            RefuseNothing(changed);
            _place.KeepAs(_place.Next);
            record = record with { Unfinished = InstallationStep.Rollback };
            record.Save(_place.RecordFile);
        }
        foreach (var name in InOrder(changed))
            _place.PutBack(name, _place.Previous);
        Directories.Flush(directory);
        record = Finish(record);
        return new RollbackReport(record.Version, changed);
    }

    /// <summary>Orders the names so that the links exist only while the program exists.</summary>
    IEnumerable<string> InOrder(List<string> changed)
    {
        var goes = !PluginFile.Exists(Path.Combine(_place.Previous, PluginInstallation.ProgramName));
        return goes ? changed.OrderBy(static name => name == PluginInstallation.ProgramName) : changed;
    }

    void RefuseNothing(List<string> changed)
    {
        if (!_place.Names.Any(name => PluginFile.Exists(Path.Combine(_place.Previous, name))))
            throw NothingThere("there were no plugins before; cni-bridge uninstall removes the current ones");
        if (changed.Count == 0)
            throw NothingThere("the previous plugins are already installed");
    }

    RuntimeException NothingThere(string why) => new($"cannot roll back in {directory}: {why}");

    /// <summary>Completes the rollback. After a killed installation the current files were a mixture, so they are not saved.</summary>
    InstallationRecord Finish(InstallationRecord record)
    {
        if (record.Unfinished == InstallationStep.Rollback && Directory.Exists(_place.Next))
            _place.ReplacePrevious();
        return Save(record);
    }

    InstallationRecord Save(InstallationRecord record)
    {
        var done = record with
        {
            Version = record.PreviousVersion,
            PreviousVersion = record.Version,
            Time = DateTimeOffset.UtcNow,
            Unfinished = InstallationStep.None,
        };
        done.Save(_place.RecordFile);
        return done;
    }
}

/// <summary>The result of a rollback.</summary>
/// <param name="Version">The version that is now installed; empty for programs of unknown origin.</param>
/// <param name="Changed">The names that changed.</param>
public sealed record RollbackReport(string Version, IReadOnlyList<string> Changed);

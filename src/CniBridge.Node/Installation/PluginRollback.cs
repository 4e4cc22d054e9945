using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>What an installation replaced, in its place again; and what that replaces is kept, to go forward again.</summary>
public sealed class PluginRollback(string directory, IReadOnlyList<string> roles)
{
    readonly InstallationPlace _place = new(directory, [PluginInstallation.ProgramName, .. roles]);

    /// <summary>As <see cref="PluginInstallation.Run"/>: each name is changed in one step.</summary>
    /// <exception cref="RuntimeException">There is nothing to go back to.</exception>
    public RollbackReport Run()
    {
        if (!_place.HasOwn())
            throw NothingThere("cni-bridge install was not run there");
        using var held = _place.Lock();
        var record = InstallationRecord.TryLoad(_place.RecordFile) ?? throw NothingThere("no installation there was ever finished");
        // All was done but to say so: going on would go forward again.
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

    /// <summary>A program before the links to it; and it goes after them.</summary>
    IEnumerable<string> InOrder(List<string> changed)
    {
        var goes = !PluginFile.Exists(Path.Combine(_place.Previous, PluginInstallation.ProgramName));
        return goes ? changed.OrderBy(static name => name == PluginInstallation.ProgramName) : changed;
    }

    void RefuseNothing(List<string> changed)
    {
        if (!_place.Names.Any(name => PluginFile.Exists(Path.Combine(_place.Previous, name))))
            throw NothingThere("there was no plugin before; cni-bridge uninstall removes these");
        if (changed.Count == 0)
            throw NothingThere("the plugins that were there before are there");
    }

    RuntimeException NothingThere(string why) => new($"nothing to go back to in {directory}: {why}");

    /// <summary>After an installation that was killed, what is there is a mixture, and nothing to go forward to.</summary>
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

/// <summary>What became of going back.</summary>
/// <param name="Version">What is in place now; empty: programs that we know nothing of.</param>
/// <param name="Changed">The names that lead elsewhere than before.</param>
public sealed record RollbackReport(string Version, IReadOnlyList<string> Changed);

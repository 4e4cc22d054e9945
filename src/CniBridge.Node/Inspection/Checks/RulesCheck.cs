using CniBridge.Node.Firewall;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the rules of cni-bridge: missing rules, and rules of pods that no longer exist.</summary>
sealed class RulesCheck(DoctorContext node)
{
    internal void Run()
    {
        foreach (var table in node.Firewall.FindDormantTables())
            node.Found.Add(RuleFindings.TableDormant(table.Split(' ')));
        foreach (var lost in node.Firewall.FindLostMasquerades())
            node.Found.Add(RuleFindings.MasqueradeLost(lost, node.Options.Program));
        foreach (var lost in node.Firewall.FindLostGuards())
            node.Found.Add(RuleFindings.GuardLost(lost, node.Options.Program));
        foreach (var lost in node.Firewall.FindLostPorts())
            node.Found.Add(RuleFindings.HostPortLost(lost, node.Options.Program));
        foreach (var dead in node.Firewall.FindDead())
            Report(dead);
    }

    void Report(RecordedAttachment dead)
    {
        var (network, container, name) = dead.Attachment;
        var pod = $"{network}/{container}/{name}";
        node.Found.Add(FindFile(network) is { } file
            ? RuleFindings.RecordStale(dead.Path, pod, container, name, file, node.Options.PluginDirectory, node.Options.Program)
            : RuleFindings.RecordOrphaned(dead.Path, pod));
    }

    string? FindFile(string network)
    {
        foreach (var file in node.Files)
        {
            if (file.List?.Name == network)
                return file.Path;
        }
        return null;
    }
}

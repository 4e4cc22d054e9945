using CniBridge.Node.Firewall;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the rules of cni-bridge: missing rules, and rules of pods that no longer exist.</summary>
sealed class RulesCheck(DoctorContext node)
{
    internal void Run()
    {
        foreach (var lost in node.Firewall.FindLostMasquerades())
            node.Found.Add(RuleFindings.MasqueradeLost, "WHAT", lost);
        foreach (var lost in node.Firewall.FindLostGuards())
            node.Found.Add(RuleFindings.GuardLost, "WHAT", lost);
        foreach (var lost in node.Firewall.FindLostPorts())
            node.Found.Add(RuleFindings.HostPortLost, "WHAT", lost);
        foreach (var dead in node.Firewall.FindDead())
            Report(dead);
    }

    void Report(RecordedAttachment dead)
    {
        var (network, container, name) = dead.Attachment;
        var file = FindFile(network);
        node.Found.Add(file is null ? RuleFindings.RecordOrphaned : RuleFindings.RecordStale, "PATH", dead.Path,
            "POD", $"{network}/{container}/{name}", "CONTAINER", container, "INTERFACE", name,
            "FILE", file ?? "", "PLUGINS", node.Options.PluginDirectory);
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

using CniBridge.Linux.Nftables;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.State;

namespace CniBridge.Node.Firewall;

/// <summary>
/// Restores missing nftables rules of all running pods, for example after the ruleset was flushed. Existing rules and those of other
/// programs stay as they are.
/// </summary>
public sealed class FirewallRepair(string root = StateDirectory.DefaultRoot)
{
    /// <summary>Restores the rules and returns one line for each restored part.</summary>
    /// <exception cref="IOException">The kernel refused a change. The parts that were restored before stay.</exception>
    public IReadOnlyList<string> Run()
    {
        using var socket = new NftSocket();
        var restored = new List<string>();
        RestoreMasquerades(socket, restored);
        var guards = new Records<SpoofGuard>(SpoofGuard.Format, root);
        restored.AddRange(new SpoofCheck(new SpoofCheckRules(() => socket), guards, TextWriter.Null).Restore());
        using var ports = new NodePorts();
        restored.AddRange(new PortMapRepair(ports, new Records<HostPortRecord>(HostPortRecord.Format, root)).Run());
        return restored;
    }

    void RestoreMasquerades(NftSocket socket, List<string> restored)
    {
        var records = new MasqueradeRecords(root);
        var rules = new MasqueradeRules(socket, records, TextWriter.Null);
        foreach (var record in records.Configured.ReadAll())
        {
            if (rules.Restore(record))
                restored.Add($"masquerading of the network {record.Masquerade.Network} ({record.Masquerade.Table} {record.Chain})");
            // Pods of these ranges may have gone without a DEL.
            rules.RemoveFormerRanges(record.Masquerade.Network, record.Masquerade.Family);
        }
    }
}

using CniBridge.Linux.Nftables;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// Puts back what of our rules is missing in the kernel, after nft flush ruleset or the restart of a firewall, for all running
/// pods at once. What is there is left alone; rules of others are not looked at.
/// </summary>
public sealed class FirewallRepair(string root = StateDirectory.DefaultRoot)
{
    /// <summary>What was put back, a line each.</summary>
    /// <exception cref="IOException">The kernel refused; what was put back before stays.</exception>
    public IReadOnlyList<string> Run()
    {
        using var socket = new NftSocket();
        var restored = new List<string>();
        RestoreMasquerades(socket, restored);
        restored.AddRange(new SpoofCheck(new SpoofCheckRules(() => socket), new Records<SpoofGuard>(SpoofGuard.Format, root), TextWriter.Null).Restore());
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
            rules.RemoveFormerRanges(record.Masquerade.Network, record.Masquerade.IsV6);
        }
    }
}

using System.Globalization;
using CniBridge.Linux.XTables;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of iptables-legacy tables, which nft does not list: leftovers of the Go plugins, and the policy of FORWARD.</summary>
sealed class LegacyCheck(DoctorContext node)
{
    const string PrefixOfGo = "CNI-";

    internal void Run()
    {
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var name in XTablesSocket.ListNames(isV6))
                Check(name, XTablesSocket.Read(name, isV6), isV6);
        }
    }

    void Check(string name, XTable table, bool isV6)
    {
        var command = isV6 ? "ip6tables-legacy" : "iptables-legacy";
        var family = isV6 ? "IPv6" : "IPv4";
        var chains = new List<string>();
        foreach (var chain in table.Chains)
        {
            if (chain.StartsWith(PrefixOfGo, StringComparison.Ordinal))
                chains.Add(chain);
        }
        if (chains.Count > 0)
        {
            node.Found.Add(RuleFindings.LegacyChains, "COUNT", chains.Count.ToString(CultureInfo.InvariantCulture),
                "CHAIN", chains[0], "TABLE", name, "FAMILY", family, "COMMAND", command);
        }
        if (name != "filter" || !table.DropsForwarded)
            return;
        foreach (var network in node.Networks)
        {
            if (network is { Configured.IsGateway: true, Gateway: { } gateway } &&
                (isV6 ? network.ServesV6 : network.ServesV4) && !table.MayAccept(gateway.Name))
            {
                node.Found.Add(RuleFindings.LegacyForwardDropped, "BRIDGE", gateway.Name, "FAMILY", family, "COMMAND", command);
            }
        }
    }
}

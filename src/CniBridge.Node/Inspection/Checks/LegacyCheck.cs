using CniBridge.Linux.Addresses;
using CniBridge.Linux.XTables;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of iptables-legacy tables, which nft does not list: leftovers of the Go plugins.</summary>
sealed class LegacyCheck(DoctorContext node)
{
    const string PrefixOfGo = "CNI-";

    internal void Run()
    {
        foreach (var family in AddressFamilies.All)
        {
            foreach (var name in XTablesSocket.ListNames(family))
                Check(name, XTablesSocket.Read(name, family), family);
        }
    }

    void Check(string name, XTable table, AddressFamily family)
    {
        var chains = new List<string>();
        foreach (var chain in table.Chains)
        {
            if (chain.StartsWith(PrefixOfGo, StringComparison.Ordinal))
                chains.Add(chain);
        }
        if (chains.Count > 0)
            node.Found.Add(RuleFindings.LegacyChains(name, family, chains.Count, chains[0]));
    }
}

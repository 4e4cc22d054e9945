using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.XTables;

namespace CniBridge.Plugins.Firewall;

/// <summary>The base chains that packets of an address family meet, of nf_tables and of iptables-legacy, in the kernel's order.</summary>
static class BaseChains
{
    const string Nat = "nat";

    /// <summary>Returns the chains by priority. Chains of type nat are left out, because they see the first packets only.</summary>
    internal static List<BaseChain> List(NftSocket socket, AddressFamily family)
    {
        var chains = new List<BaseChain>();
        foreach (var kind in (ReadOnlySpan<TableFamily>)[family.IsV6 ? TableFamily.IPv6 : TableFamily.IPv4, TableFamily.Inet])
            AddNft(socket, kind, chains);
        foreach (var name in XTablesSocket.ListNames(family))
        {
            if (name == Nat)
                continue;
            var table = XTablesSocket.Read(name, family);
            foreach (var chain in table.BaseChains)
                chains.Add(new BaseChain(chain, table, IsLegacy: true));
        }
        chains.Sort(static (left, right) => left.Hook.Priority.CompareTo(right.Hook.Priority));
        return chains;
    }

    /// <summary>Adds chains of tables that are in use. Chains of iptables with names that nft cannot parse are skipped.</summary>
    static void AddNft(NftSocket socket, TableFamily family, List<BaseChain> chains)
    {
        var tables = new Dictionary<string, NftTableReader?>();
        foreach (var chain in ListChains(socket, family))
        {
            if (chain.Hook is not { } hook || hook.Type == Nat || !NftName.IsName(chain.Table) || !NftName.IsName(chain.Name))
                continue;
            if (!tables.TryGetValue(chain.Table, out var table))
            {
                var name = new TableName(family, chain.Table);
                tables[chain.Table] = table = socket.TryGetTable(name) is { IsDormant: false } ? new NftTableReader(socket, name) : null;
            }
            if (table is not null)
                chains.Add(new BaseChain(chain, table, IsLegacy: false));
        }
    }

    static List<ChainEntry> ListChains(NftSocket socket, TableFamily family)
    {
        try
        {
            return socket.ListChains(family);
        }
        catch (KernelException e) when (e.Errno is not (Errno.EPERM or Errno.EACCES))
        {
            // The kernel has no nf_tables. It may have the tables of iptables-legacy.
            return [];
        }
    }
}

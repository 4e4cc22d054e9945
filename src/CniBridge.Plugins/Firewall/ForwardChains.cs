using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The base chains of all programs at the forward hook. A packet that one of them drops is lost, even if another accepts it. So one
/// chain that certainly drops is enough; uncertain ones are not reported.
/// </summary>
sealed class ForwardChains(NftSocket socket)
{
    internal ForwardObstacle? Find(ForwardPath path)
    {
        foreach (var family in (ReadOnlySpan<TableFamily>)[path.Pod.IsV6 ? TableFamily.IPv6 : TableFamily.IPv4, TableFamily.Inet])
        {
            foreach (var chain in socket.ListChains(family))
            {
                if (chain.Hook?.IsForward == true && Find(path, chain) is { } obstacle)
                    return obstacle;
            }
        }
        return null;
    }

    /// <summary>Evaluates a chain. Chains of iptables with names that nft cannot parse are skipped.</summary>
    ForwardObstacle? Find(ForwardPath path, ChainEntry chain)
    {
        if (!NftName.IsName(chain.Table) || !NftName.IsName(chain.Name))
            return null;
        var table = new TableName(chain.Family, chain.Table);
        var evaluation = new ChainEvaluation(
            path.Packet, name => NftName.IsName(name) ? socket.ListRules(table.Chain(name)) : null);
        var isObstacle = evaluation.Run(chain) == Outcomes.Dropped && socket.TryGetTable(table) is { IsDormant: false };
        return isObstacle ? new ForwardObstacle(path, chain, evaluation.Dropping) : null;
    }
}

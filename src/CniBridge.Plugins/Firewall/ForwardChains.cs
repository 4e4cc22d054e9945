using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Evaluation;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// Base chains of anybody at the hook forward. A packet that one of them drops is lost, and no accept of another's helps: so
/// it is a matter of finding the one. What is not sure is not told.
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

    /// <summary>iptables' names may be such that nft could not read them back; those are let be.</summary>
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

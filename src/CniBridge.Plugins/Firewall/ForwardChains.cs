using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Evaluation;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The base chains of all programs on the path of packets. A packet that one of them drops is lost, even if another accepts it. So one
/// chain that certainly drops is enough; uncertain ones are not reported. The chains are read once.
/// </summary>
sealed class ForwardChains(NftSocket socket)
{
    readonly Dictionary<AddressFamily, List<BaseChain>> _chains = [];

    /// <summary>Returns the first chain that drops, or null.</summary>
    internal ForwardObstacle? Find(ForwardPath path)
    {
        foreach (var obstacle in FindAll(path))
            return obstacle;
        return null;
    }

    /// <summary>Returns all chains that drop. A packet reaches only the first, but the others become visible without it.</summary>
    internal IEnumerable<ForwardObstacle> FindAll(ForwardPath path)
    {
        if (!_chains.TryGetValue(path.Pod.Family, out var chains))
            _chains[path.Pod.Family] = chains = BaseChains.List(socket, path.Pod.Family);
        var isMarkKnown = true;
        foreach (var hook in path.Hooks)
        {
            foreach (var chain in chains)
            {
                if (chain.Hook.Number == hook && Run(path, chain, ref isMarkKnown) is { } obstacle)
                    yield return obstacle;
            }
        }
    }

    /// <summary>Evaluates a chain, and notes whether one of its rules may set the packet's mark.</summary>
    static ForwardObstacle? Run(ForwardPath path, BaseChain chain, ref bool isMarkKnown)
    {
        var state = new PacketState(path.PacketAt(chain.Hook) with { IsUnmarked = isMarkKnown });
        var evaluation = new ChainEvaluation(state, chain.Table);
        var outcomes = evaluation.Run(chain.Chain);
        isMarkKnown = state.IsMarkKnown;
        return outcomes == Outcomes.Dropped
            ? new ForwardObstacle(path, chain.Chain, evaluation.Dropping) { IsLegacy = chain.IsLegacy, Owner = chain.Owner }
            : null;
    }
}

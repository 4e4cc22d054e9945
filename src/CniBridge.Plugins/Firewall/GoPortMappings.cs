using CniBridge.Linux.Nftables;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// What Go's portmap left in nf_tables: with iptables a chain per container in each family, and rules that jump to it; with
/// nftables rules whose comment is the container. The chains that all containers share stay, as they do with Go.
/// </summary>
sealed class GoPortMappings(NftSocket socket)
{
    static readonly string[] s_shared = ["hostports", "hostip_hostports", "masquerading"];

    /// <summary>Where the jumps to a kind's chains are, and what their comments begin with.</summary>
    static readonly (string Parent, string Kind, Func<string, string, string> NameOf)[] s_kinds =
    [
        ("CNI-HOSTPORT-DNAT", "dnat ", GoNames.DestinationChain),
        ("CNI-HOSTPORT-SNAT", "snat ", GoNames.SourceChain),
    ];

    /// <summary>Where Go was never used, some look-ups. Of nftables' rules those of any network, for they do not name it.</summary>
    internal void Delete(string network, string containerId) => GoRules.DeleteAll(socket, () =>
    {
        var batch = new NftBatch();
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            var nat = GoChain.Nat(isV6);
            foreach (var (parent, _, nameOf) in s_kinds)
                new GoChain(nat.Chain(nameOf(network, containerId)), nat.Chain(parent)).Delete(batch, socket);
            var table = new TableName(nat.Family, "cni_hostport");
            if (socket.TryGetTable(table) is null)
                continue;
            foreach (var chain in s_shared)
                GoRules.Delete(batch, socket, table.Chain(chain), comment => comment == containerId);
        }
        return batch;
    });

    /// <summary>
    /// What is proven to be a network's, and of no container that lives. Of nftables' rules that is none, for they do not name it.
    /// </summary>
    internal void CollectGarbage(string network, ValidAttachments valid) => GoRules.DeleteAll(socket, () =>
    {
        var batch = new NftBatch();
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            var nat = GoChain.Nat(isV6);
            foreach (var (parent, kind, nameOf) in s_kinds)
            {
                foreach (var container in ListDead(nat.Chain(parent), kind, nameOf, network, valid))
                    new GoChain(nat.Chain(nameOf(network, container)), nat.Chain(parent)).Delete(batch, socket);
            }
        }
        return batch;
    });

    /// <summary>A jump's comment says whose it is, and the name of the chain, which is made of that, that it says the truth.</summary>
    HashSet<string> ListDead(
        ChainName parent, string kind, Func<string, string, string> nameOf, string network, ValidAttachments valid)
    {
        var dead = new HashSet<string>();
        if (socket.TryGetChain(parent) is null)
            return dead;
        foreach (var rule in socket.ListRules(parent))
        {
            if (GoNames.TryParseContainer(rule.Comment, network, kind) is { } container && !valid.Contains(container, "") &&
                rule.JumpsTo(parent.Table.Chain(nameOf(network, container))))
            {
                dead.Add(container);
            }
        }
        return dead;
    }
}

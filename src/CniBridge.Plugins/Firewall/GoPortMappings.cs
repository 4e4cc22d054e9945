using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The rules that Go's portmap created in nf_tables. With iptables: a chain per container and family, and rules that jump to it. With
/// nftables: rules with the container as comment. Chains that all containers share stay, as they do with the Go plugin.
/// </summary>
sealed class GoPortMappings(NftSocket socket)
{
    static readonly string[] s_shared = ["hostports", "hostip_hostports", "masquerading"];

    /// <summary>For each kind of chain: the chain with the jumps to it, the start of their comments, and its name.</summary>
    static readonly (string Parent, string Kind, Func<string, string, string> NameOf)[] s_kinds =
    [
        ("CNI-HOSTPORT-DNAT", "dnat ", GoNames.DestinationChain),
        ("CNI-HOSTPORT-SNAT", "snat ", GoNames.SourceChain),
    ];

    /// <summary>Deletes the rules of a container. nftables rules do not name the network, so those of all networks are deleted.</summary>
    internal void Delete(string network, string containerId) => GoRules.DeleteAll(socket, () =>
    {
        var batch = new NftBatch();
        foreach (var family in AddressFamilies.All)
        {
            var nat = GoChain.Nat(family);
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
    /// Deletes the rules that certainly belong to stale containers of the network. nftables rules stay, because they do not name it.
    /// </summary>
    internal void CollectGarbage(string network, ValidAttachments valid) => GoRules.DeleteAll(socket, () =>
    {
        var batch = new NftBatch();
        foreach (var family in AddressFamilies.All)
        {
            var nat = GoChain.Nat(family);
            foreach (var (parent, kind, nameOf) in s_kinds)
            {
                foreach (var container in ListDead(nat.Chain(parent), kind, nameOf, network, valid))
                    new GoChain(nat.Chain(nameOf(network, container)), nat.Chain(parent)).Delete(batch, socket);
            }
        }
        return batch;
    });

    /// <summary>
    /// Returns the chains of stale containers: the comment of a jump names the container, and the chain's name, a hash of it, confirms
    /// that.
    /// </summary>
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

using CniBridge.Linux.Nftables;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// What Go's portmap left in nf_tables: with iptables a chain per container in each family, and rules that jump to it; with
/// nftables rules whose comment is the container. The chains that all containers share stay, as they do with Go.
/// </summary>
sealed class GoPortMappings(NftSocket socket)
{
    static readonly string[] s_shared = ["hostports", "hostip_hostports", "masquerading"];

    /// <summary>Where Go was never used, some look-ups. Of nftables' rules those of any network, for they do not name it.</summary>
    internal void Delete(string network, string containerId)
    {
        var destination = GoNames.DestinationChain(network, containerId);
        var source = GoNames.SourceChain(network, containerId);
        GoRules.DeleteAll(socket, () =>
        {
            var batch = new NftBatch();
            foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
            {
                var nat = GoChain.Nat(isV6);
                new GoChain(nat.Chain(destination), nat.Chain("CNI-HOSTPORT-DNAT")).Delete(batch, socket);
                new GoChain(nat.Chain(source), nat.Chain("CNI-HOSTPORT-SNAT")).Delete(batch, socket);
                var table = new TableName(nat.Family, "cni_hostport");
                if (socket.TryGetTable(table) is null)
                    continue;
                foreach (var chain in s_shared)
                    GoRules.Delete(batch, socket, table.Chain(chain), comment => comment == containerId);
            }
            return batch;
        });
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// Gives running pods at once the masquerading that their network's next ADD would give them: for whoever changes the
/// configuration of a network because a node came or left.
/// </summary>
public sealed class MasqueradeUpdate(string root = StateDirectory.DefaultRoot)
{
    /// <summary>A network that has no masquerading yet gets none: it comes with the first pod.</summary>
    /// <param name="network">Its name.</param>
    /// <param name="subnets">Ranges of host-local that give no more than their subnet.</param>
    /// <param name="outside">Networks that pods reach with their own address.</param>
    /// <returns>Was anything changed?</returns>
    /// <exception cref="IOException">The kernel refused.</exception>
    /// <exception cref="CniException">A subnet is no range.</exception>
    public bool Run(string network, IReadOnlyList<Cidr> subnets, IReadOnlyList<Cidr> outside)
    {
        var records = MasqueradeRecord.All(root);
        var isChanged = false;
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            var pools = PoolsOf(isV6, subnets);
            if (pools.Count == 0 || !records.Has(MasqueradeRecord.NameOf(network, isV6)))
                continue;
            using var socket = new NftSocket();
            isChanged |= new MasqueradeRules(socket, records, TextWriter.Null).Ensure(NetworkMasquerade.Of(network, isV6, pools, outside));
        }
        return isChanged;
    }

    static List<AddressPool> PoolsOf(bool isV6, IReadOnlyList<Cidr> subnets)
    {
        var pools = new List<AddressPool>();
        foreach (var subnet in subnets)
        {
            if (subnet.Address.IsV6 != isV6)
                continue;
            var range = AddressRange.Parse(new RangeJson { Subnet = subnet.ToString() }, "subnet");
            pools.Add(new AddressPool(range.Start, range.End, range.Subnet));
        }
        return pools;
    }
}

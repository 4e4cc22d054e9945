using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Node.Firewall;

/// <summary>
/// Updates the masquerade of running pods after a change of their network's configuration, as the network's next ADD would do. The
/// agent uses it when nodes join or leave.
/// </summary>
public sealed class MasqueradeUpdate(string root = StateDirectory.DefaultRoot)
{
    /// <summary>Updates the masquerade of a network. A network without masquerade rules gets none before its first pod.</summary>
    /// <param name="network">The name of the network.</param>
    /// <param name="subnets">Ranges of host-local that have only a subnet, in the default data directory.</param>
    /// <param name="outside">Networks that pods reach with their own addresses.</param>
    /// <returns>True if something was changed.</returns>
    /// <exception cref="IOException">The kernel refused.</exception>
    /// <exception cref="CniException">A subnet is no valid range.</exception>
    public bool Run(string network, IReadOnlyList<Cidr> subnets, IReadOnlyList<Cidr> outside)
    {
        var records = new MasqueradeRecords(root);
        var store = StorePlace.Create(network, dataDir: null, stateDir: null).Directory;
        var isChanged = false;
        foreach (var family in AddressFamilies.All)
        {
            var pools = PoolsOf(family, subnets);
            if (pools.Count == 0 || !records.Configured.Has(MasqueradeRecord.NameOf(network, family)))
                continue;
            using var socket = new NftSocket();
            isChanged |= new MasqueradeRules(socket, records, TextWriter.Null)
                .Ensure(NetworkMasquerade.Create(network, family, pools, outside) with { Store = store });
        }
        return isChanged;
    }

    /// <summary>Removes former ranges of a network that no pod uses any more, after addresses were released without a DEL.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public void RemoveFormerRanges(string network)
    {
        var records = new MasqueradeRecords(root);
        foreach (var family in AddressFamilies.All)
        {
            if (!records.Former.Has(MasqueradeRecord.NameOf(network, family)))
                continue;
            using var socket = new NftSocket();
            new MasqueradeRules(socket, records, TextWriter.Null).RemoveFormerRanges(network, family);
        }
    }

    static List<AddressPool> PoolsOf(AddressFamily family, IReadOnlyList<Cidr> subnets)
    {
        var pools = new List<AddressPool>();
        foreach (var subnet in subnets)
        {
            if (subnet.Address.Family != family)
                continue;
            var range = AddressRange.Parse(new RangeJson { Subnet = subnet.ToString() }, "subnet");
            pools.Add(new AddressPool(range.Start, range.End, range.Subnet));
        }
        return pools;
    }
}

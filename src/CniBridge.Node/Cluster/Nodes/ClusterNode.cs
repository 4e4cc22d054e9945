using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>A node of the cluster with its addresses and its pod CIDRs.</summary>
/// <param name="Name">The name, unique in the cluster.</param>
/// <param name="Addresses">The addresses of the node in order of preference. Other nodes use the first of a family that is on one
/// of their links.</param>
/// <param name="PodRanges">The pod CIDRs without host bits; empty if none were assigned yet.</param>
public sealed record ClusterNode(string Name, IReadOnlyList<IpAddress> Addresses, IReadOnlyList<Cidr> PodRanges)
{
    /// <summary>Tells whether the node has an address of a family.</summary>
    internal bool HasAddress(AddressFamily family)
    {
        foreach (var address in Addresses)
        {
            if (address.Family == family)
                return true;
        }
        return false;
    }

    /// <summary>Returns the addresses of a family, in order of preference.</summary>
    public IReadOnlyList<IpAddress> FindAddresses(AddressFamily family)
    {
        var found = new List<IpAddress>(Addresses.Count);
        foreach (var address in Addresses)
        {
            if (address.Family == family)
                found.Add(address);
        }
        return found;
    }
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>A node of the cluster: where it is, and which addresses its pods have.</summary>
/// <param name="Name">Unique in the cluster.</param>
/// <param name="Addresses">By which other nodes reach it; of a family, the first that is on a link of the other node.</param>
/// <param name="PodRanges">What its pods' addresses are taken from, without host bits. Empty: it was given none yet.</param>
public sealed record ClusterNode(string Name, IReadOnlyList<IpAddress> Addresses, IReadOnlyList<Cidr> PodRanges)
{
    /// <summary>Has the node an address of a family?</summary>
    internal bool HasAddress(bool isV6)
    {
        foreach (var address in Addresses)
        {
            if (address.IsV6 == isV6)
                return true;
        }
        return false;
    }

    /// <summary>Returns the addresses of a family that other nodes send packets to, in order.</summary>
    public IReadOnlyList<IpAddress> FindAddresses(bool isV6)
    {
        var found = new List<IpAddress>(Addresses.Count);
        foreach (var address in Addresses)
        {
            if (address.IsV6 == isV6)
                found.Add(address);
        }
        return found;
    }
}

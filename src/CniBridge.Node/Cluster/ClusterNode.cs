using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>A node of the cluster: where it is, and which addresses its pods have.</summary>
/// <param name="Name">Unique in the cluster.</param>
/// <param name="Addresses">By which other nodes reach it; the first of a family counts.</param>
/// <param name="PodRanges">What its pods' addresses are taken from, without host bits. Empty: it was given none yet.</param>
public sealed record ClusterNode(string Name, IReadOnlyList<IpAddress> Addresses, IReadOnlyList<Cidr> PodRanges)
{
    /// <summary>Where other nodes send packets of this family to, or null.</summary>
    public IpAddress? FindAddress(bool isV6)
    {
        foreach (var address in Addresses)
        {
            if (address.IsV6 == isV6)
                return address;
        }
        return null;
    }
}

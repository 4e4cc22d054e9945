using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>The addresses of all nodes in sorted order, for a fast search by network.</summary>
sealed class AddressOwners
{
    readonly IpAddress[] _addresses;

    /// <summary>For each address its node's index.</summary>
    readonly int[] _owners;

    internal AddressOwners(List<NodeCandidate> nodes)
    {
        var addresses = new List<IpAddress>(nodes.Count * 2);
        var owners = new List<int>(nodes.Count * 2);
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var address in nodes[i].Node.Addresses)
            {
                addresses.Add(address);
                owners.Add(i);
            }
        }
        _addresses = [.. addresses];
        _owners = [.. owners];
        Array.Sort(_addresses, _owners);
    }

    /// <summary>Returns the addresses in a network in order, each with its node's index.</summary>
    internal IEnumerable<(IpAddress Address, int Owner)> In(Cidr network)
    {
        var first = Array.BinarySearch(_addresses, network.Network);
        first = first < 0 ? ~first : first;
        return first < _addresses.Length && network.Contains(_addresses[first]) ? From(first, network) : [];
    }

    IEnumerable<(IpAddress Address, int Owner)> From(int first, Cidr network)
    {
        for (var i = first; i < _addresses.Length && network.Contains(_addresses[i]); i++)
            yield return (_addresses[i], _owners[i]);
    }
}

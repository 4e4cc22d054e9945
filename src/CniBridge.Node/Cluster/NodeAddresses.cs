using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>Addresses of nodes that others can send packets to.</summary>
static class NodeAddresses
{
    static readonly (Cidr Network, string What)[] s_unusable =
    [
        (Cidr.Parse("0.0.0.0/8"), "no address of a node"),
        (Cidr.Parse("127.0.0.0/8"), "a loopback address"),
        (Cidr.Parse("224.0.0.0/4"), "a multicast address"),
        (Cidr.Parse("255.255.255.255/32"), "the broadcast address"),
        (Cidr.Parse("::/128"), "no address of a node"),
        (Cidr.Parse("::1/128"), "a loopback address"),
        (Cidr.Parse("ff00::/8"), "a multicast address"),
        // Each interface has that network, and a node's entry names none.
        (Cidr.Parse("fe80::/10"), "a link-local address"),
    ];

    /// <summary>The nodes with the addresses that are theirs alone.</summary>
    internal static List<ClusterNode> Check(List<ClusterNode> nodes, List<NodeProblem> problems)
    {
        var owners = new Dictionary<IpAddress, string>();
        var usable = new List<ClusterNode>(nodes.Count);
        foreach (var node in nodes)
        {
            var addresses = new List<IpAddress>(node.Addresses.Count);
            foreach (var address in node.Addresses)
            {
                // Given twice by one node it is the same address.
                if (WhyNot(address, node.Name, owners) is { } why)
                    problems.Add(new NodeProblem(node.Name, $"the address {address} is {why}, so it is not used"));
                else if (owners.TryAdd(address, node.Name))
                    addresses.Add(address);
            }
            usable.Add(addresses.Count == node.Addresses.Count ? node : node with { Addresses = addresses });
        }
        return usable;
    }

    static string? WhyNot(IpAddress address, string node, Dictionary<IpAddress, string> owners)
    {
        foreach (var (network, what) in s_unusable)
        {
            if (network.Contains(address))
                return what;
        }
        return owners.TryGetValue(address, out var owner) && !NodeNames.AreEqual(owner, node) ? $"{owner}'s" : null;
    }
}

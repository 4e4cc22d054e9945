using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>The check of node addresses: other nodes must be able to send packets to them.</summary>
static class NodeAddresses
{
    static readonly (Cidr Network, string What)[] s_unusable =
    [
        (Cidr.Parse("0.0.0.0/8"), "not a valid node address"),
        (Cidr.Parse("127.0.0.0/8"), "a loopback address"),
        (Cidr.Parse("224.0.0.0/4"), "a multicast address"),
        (Cidr.Parse("255.255.255.255/32"), "the broadcast address"),
        (Cidr.Parse("::/128"), "not a valid node address"),
        (Cidr.Parse("::1/128"), "a loopback address"),
        (Cidr.Parse("ff00::/8"), "a multicast address"),
        // Each link has this network, and an entry names no link.
        (Cidr.Parse("fe80::/10"), "a link-local address"),
    ];

    /// <summary>Removes unusable addresses, and addresses of earlier nodes, from each node.</summary>
    internal static void Check(List<NodeCandidate> nodes, List<NodeProblem> problems)
    {
        var owners = new Dictionary<IpAddress, NodeCandidate>();
        foreach (var node in nodes)
        {
            var addresses = new List<IpAddress>(node.Node.Addresses.Count);
            var isComplete = true;
            foreach (var address in node.Node.Addresses)
            {
                // An entry may list an address twice.
                if (addresses.Contains(address))
                    continue;
                if (WhyNot(address, node, owners) is not { } why)
                {
                    addresses.Add(address);
                    continue;
                }
                isComplete = false;
                problems.Add(new NodeProblem(node.Name, $"the address {address} is not used: it is {why}"));
            }
            node.UseAddresses(addresses, isComplete);
        }
    }

    static string? WhyNot(IpAddress address, NodeCandidate node, Dictionary<IpAddress, NodeCandidate> owners)
    {
        foreach (var (network, what) in s_unusable)
        {
            if (network.Contains(address))
                return what;
        }
        if (owners.TryAdd(address, node))
            return null;
        var owner = owners[address];
        owner.DoubtAddress(node, address);
        return $"already an address of {owner.Name}";
    }
}

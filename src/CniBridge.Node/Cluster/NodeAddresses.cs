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

    /// <summary>Leaves each node the addresses that can be used and that no earlier node has.</summary>
    internal static void Check(List<NodeCandidate> nodes, List<NodeProblem> problems)
    {
        var owners = new Dictionary<IpAddress, NodeCandidate>();
        foreach (var node in nodes)
        {
            var addresses = new List<IpAddress>(node.Node.Addresses.Count);
            var isComplete = true;
            foreach (var address in node.Node.Addresses)
            {
                // An entry may give one address twice.
                if (addresses.Contains(address))
                    continue;
                if (WhyNot(address, node, owners) is not { } why)
                {
                    addresses.Add(address);
                    continue;
                }
                isComplete = false;
                problems.Add(new NodeProblem(node.Name, $"the address {address} is {why}, so it is not used"));
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
        return $"{owner.Name}'s";
    }
}

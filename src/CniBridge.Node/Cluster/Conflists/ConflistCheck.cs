using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Node.Cluster.Conflists;

/// <summary>Checks of the pod CIDRs before a configuration is written. Later changes would affect running pods.</summary>
static class ConflistCheck
{
    /// <summary>Returns the faults of this node's pod CIDRs. Faults of other nodes do not matter here.</summary>
    internal static IEnumerable<string> Find(NodeTable nodes, ClusterNode own, ConflistSettings settings)
    {
        // NodeTable.Create already found overlaps with pod CIDRs and addresses of other nodes.
        return nodes.Problems
            .Where(problem => problem.CostsPodRange && NodeNames.AreEqual(problem.Node, own.Name)).Select(static problem => problem.Text)
            .Concat(own.PodRanges.Count == 0 ? ["the node has no usable pod CIDR"] : [])
            .Concat(FindInRanges(own.PodRanges, settings));
    }

    internal static IEnumerable<string> FindInRanges(IReadOnlyList<Cidr> ranges, ConflistSettings settings) =>
        ranges.SelectMany(range => Find(range, settings))
            .Concat(Overlaps("--cluster-cidr", settings.ClusterCidrs, settings.ServiceCidrs));

    static IEnumerable<string> Find(Cidr range, ConflistSettings settings)
    {
        // host-local needs two addresses besides the network address and the gateway.
        if (range.PrefixLength > range.Address.Bits - 2)
            yield return $"the pod CIDR {range} is too small: use a prefix length of at most {range.Address.Bits - 2}";
        if (settings.ClusterCidrs.Count > 0 && !settings.ClusterCidrs.Any(cluster => Holds(cluster, range)))
        {
            yield return $"the pod CIDR {range} is outside --cluster-cidr {string.Join(',', settings.ClusterCidrs)}, " +
                "so traffic between pods would be masqueraded";
        }
        foreach (var text in Overlaps("the pod CIDR", [range], settings.ServiceCidrs))
            yield return text;
    }

    static bool Holds(Cidr network, Cidr other) => network.PrefixLength <= other.PrefixLength && network.Contains(other.Address);

    static IEnumerable<string> Overlaps(string what, IReadOnlyList<Cidr> networks, IReadOnlyList<Cidr> services)
    {
        foreach (var network in networks)
        {
            foreach (var service in services.Where(network.Overlaps))
                yield return $"{what} {network} overlaps --service-cidr {service}";
        }
    }
}

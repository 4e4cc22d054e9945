using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>What speaks against pod ranges before pods have addresses from them: afterwards it is dear to change.</summary>
static class ConflistCheck
{
    /// <summary>Of the own node only: another's mistake stops nobody else.</summary>
    internal static IEnumerable<string> Find(NodeTable nodes, ClusterNode own, ConflistSettings settings)
    {
        // Overlaps with other nodes' ranges and with addresses of nodes were found when the table was made.
        return nodes.Problems
            .Where(problem => problem.CostsPodRange && NodeNames.AreEqual(problem.Node, own.Name)).Select(static problem => problem.Text)
            .Concat(own.PodRanges.Count == 0 ? ["it was given no pod range that can be used"] : [])
            .Concat(FindInRanges(own.PodRanges, settings));
    }

    internal static IEnumerable<string> FindInRanges(IReadOnlyList<Cidr> ranges, ConflistSettings settings) =>
        ranges.SelectMany(range => Find(range, settings))
            .Concat(Overlaps("--cluster-cidr", settings.ClusterCidrs, settings.ServiceCidrs));

    static IEnumerable<string> Find(Cidr range, ConflistSettings settings)
    {
        // As host-local counts: two addresses must remain beside the network's own and the gateway.
        if (range.PrefixLength > range.Address.Bits - 2)
            yield return $"the pod range {range} is too small: the largest prefix length is {range.Address.Bits - 2}";
        if (settings.ClusterCidrs.Count > 0 && !settings.ClusterCidrs.Any(cluster => Holds(cluster, range)))
        {
            yield return $"the pod range {range} is not in --cluster-cidr {string.Join(',', settings.ClusterCidrs)}, " +
                "so pods would be masqueraded to each other";
        }
        foreach (var text in Overlaps("the pod range", [range], settings.ServiceCidrs))
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

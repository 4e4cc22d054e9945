using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>The cluster settings that a node table does not contain.</summary>
/// <param name="ClusterCidrs">The networks of all pods of the cluster; if empty, the pod CIDRs of the nodes are used.</param>
/// <param name="ServiceCidrs">The service CIDRs; empty if unknown.</param>
public sealed record ConflistSettings(IReadOnlyList<Cidr> ClusterCidrs, IReadOnlyList<Cidr> ServiceCidrs)
{
    /// <summary>
    /// Parses the values of --cluster-cidr and --service-cidr. Each value may list several networks, separated by commas.
    /// </summary>
    /// <exception cref="RuntimeException">A value is not a valid network.</exception>
    public static ConflistSettings Parse(IEnumerable<string> clusterCidrs, IEnumerable<string> serviceCidrs) =>
        new(ParseList("--cluster-cidr", clusterCidrs), ParseList("--service-cidr", serviceCidrs));

    /// <summary>Returns these settings, with the given cluster networks if they have none.</summary>
    internal ConflistSettings Or(IReadOnlyList<Cidr> clusterCidrs) =>
        ClusterCidrs.Count > 0 ? this : this with { ClusterCidrs = clusterCidrs };

    /// <summary>Parses networks in CIDR notation.</summary>
    /// <param name="option">The name of the option or key, for error messages.</param>
    /// <exception cref="RuntimeException">A value is not a valid network.</exception>
    public static IReadOnlyList<Cidr> ParseList(string option, IEnumerable<string> texts)
    {
        var networks = new List<Cidr>();
        foreach (var text in texts.SelectMany(static text => text.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!Cidr.TryParse(text, out var network))
                throw new RuntimeException($"{option} {NodeNames.Shown(text)} is invalid: use ADDRESS/LENGTH such as 10.244.0.0/16");
            if (network.HasHostBits)
                throw new RuntimeException($"{option} {text} has host bits: use {network.Network}/{network.PrefixLength}");
            networks.Add(network);
        }
        return networks;
    }
}

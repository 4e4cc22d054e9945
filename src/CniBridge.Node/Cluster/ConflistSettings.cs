using CniBridge.Linux.Addresses;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>What nobody can read from the nodes.</summary>
/// <param name="ClusterCidrs">All that pods of the cluster ever have addresses from; empty: the pod ranges there are.</param>
/// <param name="ServiceCidrs">Addresses of services, where they are known.</param>
public sealed record ConflistSettings(IReadOnlyList<Cidr> ClusterCidrs, IReadOnlyList<Cidr> ServiceCidrs)
{
    /// <param name="clusterCidrs">As on a command line: each text may be several with commas, as kube-controller-manager has them.</param>
    /// <exception cref="RuntimeException">One is no network.</exception>
    public static ConflistSettings Parse(IEnumerable<string> clusterCidrs, IEnumerable<string> serviceCidrs) =>
        new(ParseList("--cluster-cidr", clusterCidrs), ParseList("--service-cidr", serviceCidrs));

    /// <summary>Returns these settings, with the cluster's networks where they name none.</summary>
    internal ConflistSettings Or(IReadOnlyList<Cidr> clusterCidrs) => ClusterCidrs.Count > 0 ? this : this with { ClusterCidrs = clusterCidrs };

    /// <param name="option">Where they are from, for messages.</param>
    /// <exception cref="RuntimeException">One is no network.</exception>
    public static IReadOnlyList<Cidr> ParseList(string option, IEnumerable<string> texts)
    {
        var networks = new List<Cidr>();
        foreach (var text in texts.SelectMany(static text => text.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!Cidr.TryParse(text, out var network))
                throw new RuntimeException($"{option} {NodeNames.Shown(text)} is not ADDRESS/LENGTH such as 10.244.0.0/16");
            if (network.HasHostBits)
                throw new RuntimeException($"{option} {text} has host bits: its network is {network.Network}/{network.PrefixLength}");
            networks.Add(network);
        }
        return networks;
    }
}

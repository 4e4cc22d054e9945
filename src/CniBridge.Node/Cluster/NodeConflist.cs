using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>A node's network configuration, made of its pod ranges: as conf/10-bridge.conflist, which a person would copy.</summary>
public static class NodeConflist
{
    internal const string NetworkName = "podnet";

    /// <summary>The key that says whose file it is.</summary>
    internal const string OwnerKey = "managedBy";

    /// <summary>What the key's value begins with.</summary>
    internal const string Owner = "cni-bridge";

    const string OwnerText = Owner + ", from this node's pod ranges; remove this key and the file is yours and is left alone";

    /// <param name="name">This node's.</param>
    /// <param name="source">Where the nodes are from, for messages: the file /etc/cni-bridge/nodes.json.</param>
    /// <returns>The file's text. The same for the same nodes, whatever order they come in.</returns>
    /// <exception cref="RuntimeException">
    /// There are no pod ranges, or such that pods would not reach what they should: all reasons.
    /// </exception>
    public static string Make(NodeTable nodes, string name, string source, ConflistSettings settings)
    {
        var own = nodes.Find(name) ?? throw new RuntimeException(
            $"there is no node {NodeNames.Shown(name)} among the {nodes.Nodes.Count} from {source}: name this one with --node-name");
        var reasons = new List<string>(ConflistCheck.Find(nodes, own, settings));
        if (reasons.Count > 0)
            throw new RuntimeException($"no network configuration for {own.Name}: {string.Join("; ", reasons)}");
        return Format(own.PodRanges, ClusterOf(nodes, settings));
    }

    /// <summary>What pods reach with their own address: the cluster's pods.</summary>
    internal static IReadOnlyList<Cidr> ClusterOf(NodeTable nodes, ConflistSettings settings) =>
        CidrSummary.Of(settings.ClusterCidrs.Count > 0 ? settings.ClusterCidrs : AllRanges(nodes));

    static IEnumerable<Cidr> AllRanges(NodeTable nodes)
    {
        foreach (var node in nodes.Nodes)
        {
            foreach (var range in node.PodRanges)
                yield return range;
        }
    }

    static string Format(IReadOnlyList<Cidr> ranges, IReadOnlyList<Cidr> cluster) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{NetworkName}}",
          "{{OwnerKey}}": "{{OwnerText}}",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "cni0",
              "isGateway": true,
              "isDefaultGateway": true,
              "hairpinMode": true,
              "ipMasq": true,
              "nonMasqueradeCIDRs": [{{string.Join(", ", cluster.Select(static network => $"\"{network}\""))}}],
              "ipam": {
                "type": "host-local",
                "ranges": [
                  {{FormatSets(ranges)}}
                ]
              }
            },
            {
              "type": "portmap",
              "capabilities": { "portMappings": true }
            }
          ]
        }

        """;

    /// <summary>A set for each family, of which a pod gets one address each.</summary>
    static string FormatSets(IReadOnlyList<Cidr> ranges)
    {
        var text = new StringBuilder();
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            var set = ranges.Where(range => range.Address.IsV6 == isV6).Select(static range => $"{{ \"subnet\": \"{range}\" }}").ToList();
            if (set.Count > 0)
                text.Append(text.Length > 0 ? ",\n          " : "").Append('[').AppendJoin(", ", set).Append(']');
        }
        return text.ToString();
    }
}

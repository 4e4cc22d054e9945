using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Conflists;

/// <summary>The text of a node's network configuration, made from its pod CIDRs. The form is that of conf/10-bridge.conflist.</summary>
public static class NodeConflist
{
    internal const string NetworkName = "podnet";

    /// <summary>The key that marks files written by cni-bridge.</summary>
    internal const string OwnerKey = "managedBy";

    /// <summary>The prefix of the key's value.</summary>
    internal const string Owner = "cni-bridge";

    const string AgentText = Owner + ", from this node's pod CIDRs; remove this key to keep your own changes to the file";

    const string InstallText = Owner + " install; remove this key to keep your own changes to the file";

    /// <summary>Creates the configuration of a node in a cluster. The order of the nodes does not change the text.</summary>
    /// <param name="name">The name of this node.</param>
    /// <param name="source">The name of the node source, for error messages.</param>
    /// <exception cref="RuntimeException">The node is not in the table, or its pod CIDRs are missing or unusable. The message lists all
    /// reasons.</exception>
    public static string Make(NodeTable nodes, string name, string source, ConflistSettings settings)
    {
        var own = nodes.Find(name) ?? throw new RuntimeException(
            $"node {NodeNames.Shown(name)} is not among the {nodes.Nodes.Count} nodes from {source}: " +
            "give this node's name with --node-name");
        settings = settings.Or(nodes.ClusterCidrs);
        var reasons = new List<string>(ConflistCheck.Find(nodes, own, settings));
        if (reasons.Count > 0)
            throw new RuntimeException($"cannot create the network configuration for {own.Name}: {string.Join("; ", reasons)}");
        return Format(AgentText, own.PodRanges, ClusterOf(nodes, settings));
    }

    /// <summary>
    /// Creates the configuration of a node without a node table. Pods are masqueraded only if cluster networks are given.
    /// </summary>
    /// <exception cref="RuntimeException">The pod CIDRs are too small, or overlap other networks.</exception>
    public static string MakeAlone(IReadOnlyList<Cidr> ranges, ConflistSettings settings)
    {
        var reasons = new List<string>(ConflistCheck.FindInRanges(ranges, settings));
        if (reasons.Count > 0)
            throw new RuntimeException($"cannot create the network configuration: {string.Join("; ", reasons)}");
        return Format(InstallText, ranges, CidrSummary.Create(settings.ClusterCidrs));
    }

    /// <summary>Returns the text of the operator's configuration file with the key that marks it as installed by cni-bridge.</summary>
    /// <exception cref="RuntimeException">The file is not a list of plugins, or cannot be read.</exception>
    public static string Mark(string file)
    {
        var list = NetworkList.Load(file);
        if (!RuntimeJson.TryParseObject(list.Text, out var root) || !root.ContainsKey("plugins"))
            throw new RuntimeException($"{file}: a .conflist needs a list of plugins, but this is the configuration of a single plugin");
        var text = Encoding.UTF8.GetString(list.Text);
        return root.ContainsKey(OwnerKey)
            ? text
            : text.Insert(text.IndexOf('{', StringComparison.Ordinal) + 1, $"\n  \"{OwnerKey}\": \"{InstallText}\",");
    }

    /// <summary>Returns the networks that are not masqueraded: the cluster networks, or the pod CIDRs of all nodes.</summary>
    internal static IReadOnlyList<Cidr> ClusterOf(NodeTable nodes, ConflistSettings settings) =>
        CidrSummary.Create(settings.Or(nodes.ClusterCidrs).ClusterCidrs is { Count: > 0 } networks ? networks : AllRanges(nodes));

    static IEnumerable<Cidr> AllRanges(NodeTable nodes)
    {
        foreach (var node in nodes.Nodes)
        {
            foreach (var range in node.PodRanges)
                yield return range;
        }
    }

    /// <summary>Formats the configuration.</summary>
    /// <param name="cluster">The networks that are not masqueraded; empty for no masquerade at all.</param>
    static string Format(string owner, IReadOnlyList<Cidr> ranges, IReadOnlyList<Cidr> cluster) => $$"""
        {
          "cniVersion": "1.0.0",
          "name": "{{NetworkName}}",
          "{{OwnerKey}}": "{{owner}}",
          "plugins": [
            {
              "type": "bridge",
              "bridge": "cni0",
              "isGateway": true,
              "isDefaultGateway": true,
              "hairpinMode": true,
              {{FormatMasquerade(cluster)}}"ipam": {
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

    static string FormatMasquerade(IReadOnlyList<Cidr> cluster) => cluster.Count == 0
        ? ""
        : "\"ipMasq\": true,\n      " +
            $"\"nonMasqueradeCIDRs\": [{string.Join(", ", cluster.Select(static network => $"\"{network}\""))}],\n      ";

    /// <summary>Formats one range set per family, so that a pod gets one address of each family.</summary>
    static string FormatSets(IReadOnlyList<Cidr> ranges)
    {
        var text = new StringBuilder();
        foreach (var family in AddressFamilies.All)
        {
            var set = ranges.Where(range => range.Address.Family == family)
                .Select(static range => $"{{ \"subnet\": \"{range}\" }}")
                .ToList();
            if (set.Count > 0)
                text.Append(text.Length > 0 ? ",\n          " : "").Append('[').AppendJoin(", ", set).Append(']');
        }
        return text.ToString();
    }
}

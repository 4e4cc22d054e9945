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

    const string AgentText = Owner + ", from this node's pod ranges; remove this key and the file is yours and is left alone";

    const string InstallText = Owner + " install; remove this key and the file is yours and is left alone";

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
        settings = settings.Or(nodes.ClusterCidrs);
        var reasons = new List<string>(ConflistCheck.Find(nodes, own, settings));
        if (reasons.Count > 0)
            throw new RuntimeException($"no network configuration for {own.Name}: {string.Join("; ", reasons)}");
        return Format(AgentText, own.PodRanges, ClusterOf(nodes, settings));
    }

    /// <summary>For a node that nobody tells of the others: only with ClusterCidrs are pods masqueraded to the world.</summary>
    /// <exception cref="RuntimeException">The ranges are such that no pod could have an address, or not reach what it should.</exception>
    public static string MakeAlone(IReadOnlyList<Cidr> ranges, ConflistSettings settings)
    {
        var reasons = new List<string>(ConflistCheck.FindInRanges(ranges, settings));
        if (reasons.Count > 0)
            throw new RuntimeException($"no network configuration: {string.Join("; ", reasons)}");
        return Format(InstallText, ranges, CidrSummary.Of(settings.ClusterCidrs));
    }

    /// <summary>Somebody's own configuration with the key that says that we put it there.</summary>
    /// <exception cref="RuntimeException">It is no list of plugins, or cannot be read.</exception>
    public static string Mark(string file)
    {
        var list = NetworkList.Load(file);
        if (!RuntimeJson.TryParseObject(list.Text, out var root) || !root.ContainsKey("plugins"))
            throw new RuntimeException($"{file}: a file of the name .conflist has a list plugins, and this is one plugin's configuration");
        var text = Encoding.UTF8.GetString(list.Text);
        return root.ContainsKey(OwnerKey) ? text : text.Insert(text.IndexOf('{', StringComparison.Ordinal) + 1, $"\n  \"{OwnerKey}\": \"{InstallText}\",");
    }

    /// <summary>What pods reach with their own address: the cluster's pods.</summary>
    internal static IReadOnlyList<Cidr> ClusterOf(NodeTable nodes, ConflistSettings settings) =>
        settings.Or(nodes.ClusterCidrs).ClusterCidrs is { Count: > 0 } networks ? CidrSummary.Of(networks) : CidrSummary.Of(AllRanges(nodes));

    static IEnumerable<Cidr> AllRanges(NodeTable nodes)
    {
        foreach (var node in nodes.Nodes)
        {
            foreach (var range in node.PodRanges)
                yield return range;
        }
    }

    /// <param name="cluster">Empty: nothing is masqueraded.</param>
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
        : $"\"ipMasq\": true,\n      \"nonMasqueradeCIDRs\": [{string.Join(", ", cluster.Select(static network => $"\"{network}\""))}],\n      ";

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

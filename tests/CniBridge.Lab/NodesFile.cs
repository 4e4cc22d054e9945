using System.Text.Json.Nodes;

namespace CniBridge.Lab;

/// <summary>The table of the cluster's nodes in the format of cni-bridge.</summary>
static class NodesFile
{
    public const string FilePath = "/etc/cni-bridge/nodes.json";

    public static string Of(Cluster cluster) =>
        $"{{ \"clusterCidrs\": {List(cluster.Families.Each().Select(Addresses.Cluster)).ToJsonString()}, \"nodes\": [\n" +
            string.Join(",\n", cluster.Nodes.Select(node => "  " + new JsonObject
            {
                ["name"] = node.Name,
                ["addresses"] = List(node.LanAddresses),
                ["podRanges"] = List(node.PodRanges),
            }.ToJsonString())) + "\n] }\n";

    static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];
}

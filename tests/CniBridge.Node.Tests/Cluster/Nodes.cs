using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Node tables in short form.</summary>
static class Nodes
{
    /// <param name="addresses">The values, separated by commas.</param>
    /// <param name="podRanges">The values, separated by commas.</param>
    internal static ClusterNode Entry(string name, string addresses, string podRanges = "") =>
        new(name, [.. Split(addresses).Select(IpAddress.Parse)], [.. Split(podRanges).Select(Cidr.Parse)]);

    static string[] Split(string texts) => texts.Split(',', StringSplitOptions.RemoveEmptyEntries);

    internal static NodeTable Table(params ReadOnlySpan<ClusterNode> nodes) => NodeTable.Create(nodes.ToArray(), []);

    /// <summary>Returns the nodes of a table in the form of <see cref="Entry"/>: node1 192.168.1.11 10.244.1.0/24</summary>
    internal static IEnumerable<string> Texts(NodeTable table) => table.Nodes.Select(node =>
        $"{node.Name} {string.Join(',', node.Addresses)} {string.Join(',', node.PodRanges)}".TrimEnd());

    /// <summary>Returns a dual-stack cluster with a number of nodes, up to 65,536.</summary>
    internal static IEnumerable<ClusterNode> Many(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return new ClusterNode($"node-{i}",
                [IpAddress.FromBytes([172, 16, (byte)(i >> 8), (byte)i]), IpAddress.Parse($"fd00:1::{i + 1:x}")],
                [Cidr.Parse($"10.{i >> 8}.{i & 255}.0/24"), Cidr.Parse($"fd00:2:0:{i:x}::/64")]);
        }
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Node tables in short form: one line per node, "NAME ADDRESS,… RANGE,…".</summary>
static class ShortTable
{
    /// <summary>
    /// Creates an unchecked table. It may contain nodes that <see cref="NodeTable.Create(IEnumerable{ClusterNode},
    /// IEnumerable{NodeProblem})"/> would skip.
    /// </summary>
    internal static NodeTable Of(params string[] lines)
    {
        ClusterNode[] nodes = [.. lines.Select(Parse)];
        return new NodeTable { Nodes = nodes, Problems = [], Claims = [.. nodes.Select(node => new NodeClaim(node))] };
    }

    static ClusterNode Parse(string line)
    {
        var words = line.Split(' ');
        return new ClusterNode(words[0],
            [.. Split(words[1]).Select(IpAddress.Parse)], [.. Split(words.Length > 2 ? words[2] : "").Select(Cidr.Parse)]);
    }

    static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

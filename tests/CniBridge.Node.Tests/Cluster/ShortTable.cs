using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tables of nodes in short: a line a node, "NAME ADDRESS,… RANGE,…".</summary>
static class ShortTable
{
    /// <summary>
    /// A table that was not checked, so that it may hold what <see cref="NodeTable.Create(IEnumerable{ClusterNode},
    /// IEnumerable{NodeProblem})"/> would leave out.
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

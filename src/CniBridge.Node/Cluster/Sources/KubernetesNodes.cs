using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>The table of a Kubernetes cluster: the output of "kubectl get nodes -o json", or the nodes of an API server.</summary>
public static class KubernetesNodes
{
    /// <summary>Parses the output of kubectl.</summary>
    /// <param name="source">The name of the input, for error messages.</param>
    /// <exception cref="RuntimeException">The input is not a list of nodes.</exception>
    /// <exception cref="IOException">The input cannot be read completely.</exception>
    public static NodeTable Parse(Stream input, string source) => NodeDocument.Read(input, source, isKubernetes: true);

    /// <summary>Creates the table of nodes that an API server listed.</summary>
    internal static NodeTable Create(IReadOnlyList<NodeObject> nodes)
    {
        var problems = new List<NodeProblem>();
        var claims = new List<NodeClaim>(nodes.Count);
        foreach (var node in nodes)
            claims.Add(node.ToClaim($"node {claims.Count + 1}", problems));
        return Create(claims, problems);
    }

    /// <summary>
    /// Creates the table of claims, which are sorted. The oldest node wins a conflict. Equal times are ordered by name, so that the order
    /// is always the same.
    /// </summary>
    internal static NodeTable Create(List<NodeClaim> claims, List<NodeProblem> problems)
    {
        claims.Sort(static (one, other) => string.CompareOrdinal(TimeOf(one), TimeOf(other)) is not 0 and var byTime
            ? byTime
            : string.CompareOrdinal(one.Node.Name, other.Node.Name));
        return NodeTable.Create(claims, problems).WithOrigin(NodeOrigin.Kubernetes);
    }

    /// <summary>Returns the sort key. A node without a creation time counts as the newest.</summary>
    static string TimeOf(NodeClaim claim) => claim.CreationTime ?? "9999-12-31T23:59:59Z";
}

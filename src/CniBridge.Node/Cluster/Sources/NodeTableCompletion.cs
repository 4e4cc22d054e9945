using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// The completion of faulty entries with the last valid values, so that routes of such nodes are also restored after a reboot.
/// </summary>
static class NodeTableCompletion
{
    /// <summary>Returns the table with values of the former table for impaired nodes.</summary>
    internal static NodeTable CompleteFrom(this NodeTable table, NodeTable former)
    {
        var known = Index(former, table.Impaired);
        var current = Index(table, table.Impaired);
        // With two entries of one name it is unknown which one is correct.
        var ambiguous = table.Impaired.Where(static node => node.IsRejected)
            .Select(static node => node.Claimed.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var completed = new Dictionary<string, ClusterNode>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in table.Impaired)
        {
            var name = node.Claimed.Name;
            if (!ambiguous.Contains(name) && known.TryGetValue(name, out var before) && current.TryGetValue(name, out var usable) &&
                Complete(node, usable, before) is { } whole)
            {
                completed[name] = whole;
            }
        }
        return completed.Count == 0 ? table : Replace(table, completed);
    }

    static Dictionary<string, ClusterNode> Index(NodeTable table, IReadOnlyList<ImpairedNode> impaired)
    {
        var index = new Dictionary<string, ClusterNode>(StringComparer.OrdinalIgnoreCase);
        if (impaired.Count == 0)
            return index;
        foreach (var node in table.Nodes)
            index.TryAdd(node.Name, node);
        return index;
    }

    /// <summary>Returns the completed node; null if the former values add nothing.</summary>
    static ClusterNode? Complete(ImpairedNode node, ClusterNode usable, ClusterNode before)
    {
        var whole = usable with
        {
            Addresses = node.LacksAddresses ? Union(usable.Addresses, before.Addresses) : usable.Addresses,
            PodRanges = node.LacksRanges ? Union(usable.PodRanges, before.PodRanges) : usable.PodRanges,
        };
        return whole.Addresses.Count > usable.Addresses.Count || whole.PodRanges.Count > usable.PodRanges.Count ? whole : null;
    }

    static IReadOnlyList<T> Union<T>(IReadOnlyList<T> usable, IReadOnlyList<T> before)
        where T : class => [.. usable, .. before.Where(value => !usable.Contains(value))];

    /// <summary>Creates the table with the completed nodes at the end, so that a valid entry wins any conflict with them.</summary>
    static NodeTable Replace(NodeTable table, Dictionary<string, ClusterNode> completed)
    {
        List<NodeProblem> problems = [.. table.EntryProblems];
        // Create compares the new entries again, so only the problems of the completed nodes are copied.
        problems.AddRange(table.Problems.Skip(problems.Count).Where(problem => completed.ContainsKey(problem.Node)));
        var claims = new List<NodeClaim>(table.Claims.Count);
        var last = new List<NodeClaim>(completed.Count);
        foreach (var claim in table.Claims)
        {
            if (completed.Remove(claim.Node.Name, out var whole))
                last.Add(claim with { Node = whole });
            else
                claims.Add(claim);
        }
        problems.AddRange(last.Select(Describe));
        return NodeTable.Create([.. claims, .. last], problems).WithClusterCidrs(table.ClusterCidrs).WithOrigin(table.Origin);
    }

    static NodeProblem Describe(NodeClaim claim) => new(claim.Node.Name,
        "the entry is faulty, so the last valid values stay in use: " +
        $"addresses {Join(claim.Node.Addresses)}, pod CIDRs {Join(claim.Node.PodRanges)}");

    static string Join<T>(IReadOnlyList<T> values)
        where T : class => values.Count == 0 ? "none" : string.Join(", ", values);
}

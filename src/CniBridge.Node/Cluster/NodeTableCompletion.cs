namespace CniBridge.Node.Cluster;

/// <summary>
/// Keeps a node going whose entry is faulty: the last good values take the place of those that cannot be used, so that its routes come
/// back after the kernel lost them, too.
/// </summary>
static class NodeTableCompletion
{
    /// <summary>Returns the table, with values of the former table for nodes that are impaired.</summary>
    internal static NodeTable CompleteFrom(this NodeTable table, NodeTable former)
    {
        var known = Index(former, table.Impaired);
        var current = Index(table, table.Impaired);
        // Of two entries with one name it is unknown which is the node's.
        var ambiguous = table.Impaired.Where(static node => node.IsRejected)
            .Select(static node => node.Claimed.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var completed = new Dictionary<string, ClusterNode>(StringComparer.OrdinalIgnoreCase);
        foreach (var node in table.Impaired)
        {
            if (!ambiguous.Contains(node.Claimed.Name) && known.TryGetValue(node.Claimed.Name, out var before) && current.TryGetValue(node.Claimed.Name, out var usable) &&
                Complete(node, usable, before) is { } whole)
            {
                completed[node.Claimed.Name] = whole;
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

    /// <summary>Returns null where the former values add nothing.</summary>
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

    /// <summary>What was completed comes last: where it contradicts an entry that is right, that entry counts.</summary>
    static NodeTable Replace(NodeTable table, Dictionary<string, ClusterNode> completed)
    {
        List<NodeProblem> problems = [.. table.EntryProblems];
        // They are found by comparing entries, and the new entries are others.
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
        return NodeTable.Create([.. claims, .. last], problems).WithClusterCidrs(table.ClusterCidrs);
    }

    static NodeProblem Describe(NodeClaim claim) => new(claim.Node.Name,
        "the last good values stay in use for its faulty entry: " +
        $"addresses {Join(claim.Node.Addresses)}, pod ranges {Join(claim.Node.PodRanges)}");

    static string Join<T>(IReadOnlyList<T> values)
        where T : class => values.Count == 0 ? "none" : string.Join(", ", values);
}

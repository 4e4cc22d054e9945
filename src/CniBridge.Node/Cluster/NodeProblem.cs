namespace CniBridge.Node.Cluster;

/// <summary>What is wrong with one node's entry; the others are not stopped by it.</summary>
/// <param name="Node">Its name, or its place in the list where it has none that can be used.</param>
/// <param name="Text">A plain sentence that names the value.</param>
public sealed record NodeProblem(string Node, string Text)
{
    /// <summary>The node has a pod range less than its entry says.</summary>
    public bool CostsPodRange { get; init; }

    public NodeProblemKind Kind { get; init; }

    public override string ToString() => $"{Node}: {Text}";
}

/// <summary>What a problem is about, as far as it makes a difference.</summary>
public enum NodeProblemKind
{
    /// <summary>The table of nodes itself, or what the kernel refused.</summary>
    Other,

    /// <summary>The pod range is not used: it is outside the cluster's networks, or overlaps what it must not.</summary>
    Refused,

    /// <summary>A route stays although the table does not ask for it, because an entry is faulty.</summary>
    Retained,

    /// <summary>The node is not on a link of this one.</summary>
    Unreachable,

    /// <summary>Another program's route is in place of ours.</summary>
    Rival,
}

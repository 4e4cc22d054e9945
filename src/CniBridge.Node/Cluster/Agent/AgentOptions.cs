namespace CniBridge.Node.Cluster.Agent;

/// <summary>What an agent is for, and what it does with a table beside making routes of it.</summary>
public sealed record AgentOptions
{
    /// <summary>Of the node that it runs on.</summary>
    public required string NodeName { get; init; }

    /// <summary>It only tells what it would do.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The table that was good the last time, until the source answers; null where there is none.</summary>
    public Func<NodeTable?> ReadLast { get; init; } = () => null;

    /// <summary>
    /// What else follows from a table, each time that the source was read: to keep it, to write this node's configuration.
    /// What it returns is told as the table's problems are.
    /// </summary>
    public Func<NodeTable, IReadOnlyList<NodeProblem>> OnTable { get; init; } = _ => [];
}

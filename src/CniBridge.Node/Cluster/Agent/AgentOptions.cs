using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>The settings of an agent.</summary>
public sealed record AgentOptions
{
    /// <summary>The name of the node on which the agent runs.</summary>
    public required string NodeName { get; init; }

    /// <summary>True to log changes without making them.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Returns the last valid table, for use until the source answers; null if there is none.</summary>
    public Func<NodeTable?> ReadLast { get; init; } = () => null;

    /// <summary>
    /// Called with each new table, for example to save it or to write the network configuration. The returned problems are logged like
    /// those of the table.
    /// </summary>
    public Func<NodeTable, IReadOnlyList<NodeProblem>> OnTable { get; init; } = _ => [];
}

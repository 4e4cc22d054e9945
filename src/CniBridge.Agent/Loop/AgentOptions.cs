using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Agent.Loop;

/// <summary>The settings of an agent.</summary>
sealed record AgentOptions
{
    /// <summary>The name of the node on which the agent runs.</summary>
    public required string NodeName { get; init; }

    /// <summary>True to log changes without making them.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Returns the last valid table, for use until the source answers; null if there is none.</summary>
    public Func<NodeTable?> ReadLast { get; init; } = () => null;

    /// <summary>Saves the last valid table.</summary>
    public Action<NodeTable> Save { get; init; } = _ => { };

    /// <summary>This node's network configuration; null if the agent does not maintain it.</summary>
    public AgentConflist? Conflist { get; init; }

    /// <summary>This node's condition NetworkUnavailable; null if the agent does not clear it.</summary>
    public INodeCondition? Condition { get; init; }
}

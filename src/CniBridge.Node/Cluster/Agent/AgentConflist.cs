using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Firewall;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>The agent's maintenance of this node's network configuration.</summary>
public sealed class AgentConflist(ConflistFile file, AgentLog log)
{
    public required string NodeName { get; init; }

    /// <summary>The name of the node source, for error messages.</summary>
    public required string Source { get; init; }

    public required ConflistSettings Settings { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>Writes the file if its text changed, and returns the problems.</summary>
    /// <exception cref="Runtime.RuntimeException">No configuration can be made from the table.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public IReadOnlyList<NodeProblem> Update(NodeTable table)
    {
        var text = NodeConflist.Make(table, NodeName, Source, Settings);
        var change = IsDryRun ? file.Compare(text) : file.Write(text);
        if (change == ConflistChange.Written)
            log.Information($"{(IsDryRun ? "would write" : "wrote")} {file.Path}");
        if (change == ConflistChange.NotOurs)
            return [new NodeProblem(NodeName, file.DescribeNotOurs())];
        if (!IsDryRun)
            UpdateRunning(table);
        return file.FindEarlier() is { } earlier ? [new NodeProblem(NodeName, file.DescribeEarlier(earlier))] : [];
    }

    /// <summary>Updates the masquerade rules of running pods, so that they reach pods of new nodes without NAT.</summary>
    void UpdateRunning(NodeTable table)
    {
        var ranges = table.Find(NodeName)?.PodRanges ?? [];
        if (new MasqueradeUpdate().Run(NodeConflist.NetworkName, ranges, NodeConflist.ClusterOf(table, Settings)))
            log.Information($"updated the masquerade exceptions of the network {NodeConflist.NetworkName} for the current nodes");
    }
}

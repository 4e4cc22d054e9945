using CniBridge.Linux;
using CniBridge.Node.Cluster.Conflists;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Firewall;
using CniBridge.Node.Runtime;

namespace CniBridge.Agent.Loop;

/// <summary>The agent's maintenance of this node's network configuration.</summary>
sealed class AgentConflist(ConflistFile file, AgentLog log)
{
    public required string NodeName { get; init; }

    /// <summary>The name of the node source, for error messages.</summary>
    public required string Source { get; init; }

    public required ConflistSettings Settings { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>The reason why the file does not have the text that the last table requires; null if it has.</summary>
    public string? Failure { get; private set; } = $"{file.Path} is not written yet";

    /// <summary>Writes the file if its text changed, and returns the problems.</summary>
    /// <exception cref="RuntimeException">No configuration can be made from the table.</exception>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    public IReadOnlyList<NodeProblem> Update(NodeTable table)
    {
        try
        {
            return Write(table);
        }
        catch (Exception e) when (e is RuntimeException || e.IsIoFailure())
        {
            Failure = $"{file.Path} is not written: {e.Message}";
            throw;
        }
    }

    IReadOnlyList<NodeProblem> Write(NodeTable table)
    {
        var text = NodeConflist.Make(table, NodeName, Source, Settings);
        var change = IsDryRun ? file.Compare(text) : file.Write(text);
        if (change == ConflistChange.Written)
            log.Information($"{(IsDryRun ? "would write" : "wrote")} {file.Path}");
        Failure = change == ConflistChange.NotOurs ? file.DescribeNotOurs() : null;
        if (Failure is not null)
            return [new NodeProblem(NodeName, Failure)];
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

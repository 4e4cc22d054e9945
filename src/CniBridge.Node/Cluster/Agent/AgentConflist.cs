using CniBridge.Plugins.Firewall;

namespace CniBridge.Node.Cluster.Agent;

/// <summary>Keeps this node's network configuration what its pod ranges say.</summary>
public sealed class AgentConflist(ConflistFile file, AgentLog log)
{
    public required string NodeName { get; init; }

    /// <summary>Where the nodes are from, in words.</summary>
    public required string Source { get; init; }

    public required ConflistSettings Settings { get; init; }

    public bool IsDryRun { get; init; }

    /// <summary>Writes the file if it is to be another; what speaks against that is told as a problem.</summary>
    /// <exception cref="Runtime.RuntimeException">The table gives no configuration.</exception>
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

    /// <summary>Pods that run already reach those of a node that came with their own address, too.</summary>
    void UpdateRunning(NodeTable table)
    {
        var ranges = table.Find(NodeName)?.PodRanges ?? [];
        if (new MasqueradeUpdate().Run(NodeConflist.NetworkName, ranges, NodeConflist.ClusterOf(table, Settings)))
            log.Information($"pods of {NodeConflist.NetworkName} keep their address towards the nodes that there are now");
    }
}

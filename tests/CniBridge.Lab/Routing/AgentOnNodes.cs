namespace CniBridge.Lab.Routing;

sealed class AgentOnNodes : RoutingWay
{
    public override string Title => "Routes on each node, kept by an agent from a file that is the same on all";

    public override void Start(WorkerNode node, Families families)
    {
        // The agent waits for its file.
        node.Start($"cni-bridge-agent --nodes {NodesFile.FilePath}");
    }

    public override void Update(Cluster cluster)
    {
        foreach (var node in cluster.Nodes)
            node.WriteFile(NodesFile.FilePath, NodesFile.Of(cluster));
    }
}

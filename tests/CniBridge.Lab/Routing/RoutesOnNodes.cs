namespace CniBridge.Lab.Routing;

sealed class RoutesOnNodes : RoutingWay
{
    public override string Title => "Routes on each node, from a file that is the same on all";

    public override void Update(Cluster cluster)
    {
        foreach (var node in cluster.Nodes)
        {
            node.WriteFile(NodesFile.FilePath, NodesFile.Of(cluster));
            node.Type("cni-bridge routes sync");
        }
    }
}

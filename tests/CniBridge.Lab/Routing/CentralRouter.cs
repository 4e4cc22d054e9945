namespace CniBridge.Lab.Routing;

sealed class CentralRouter : RoutingWay
{
    public override string Title => "One router knows all pod CIDRs; nodes have their default route";

    public override bool IsOnNodes => false;

    public override void Update(Cluster cluster)
    {
        cluster.Router.WriteFile(NodesFile.FilePath, NodesFile.Of(cluster));
        cluster.Router.Type($"""
            cni-bridge routes plan --for router --nodes {NodesFile.FilePath}
            cni-bridge routes plan --for router --nodes {NodesFile.FilePath} | sh -e
            """);
    }
}

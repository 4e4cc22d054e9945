using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Tests.Inspection;

/// <summary>Tests of the remedies for entries of the node table, for each place where entries are corrected.</summary>
public sealed class RouteFindingTests
{
    [Theory]
    [InlineData("/etc/cni-bridge/nodes.json", "node2", "vi /etc/cni-bridge/nodes.json")]
    [InlineData("/etc/my nodes.json", "nodes[3]", "vi '/etc/my nodes.json'")]
    [InlineData(null, "node2.example.com", "kubectl describe node node2.example.com")]
    [InlineData(null, "items[3]", "kubectl get nodes")]
    [InlineData(null, "\"a b\"", "kubectl get nodes")]
    public void The_remedy_of_an_entry_names_its_file_or_Kubernetes(string? file, string node, string command)
    {
        var origin = new NodeOrigin(file);
        Assert.Equal(command, RouteFindings.NodeTableProblem("x", node, origin).Fix);
        Assert.Equal(command, RouteFindings.RouteRetained("x", node, origin).Fix);
    }
}

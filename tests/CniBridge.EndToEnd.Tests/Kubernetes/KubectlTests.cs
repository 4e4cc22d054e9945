namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>Tests of the fake API server with kubectl.</summary>
public sealed class KubectlTests
{
    [Fact]
    public void Nodes_are_listed_and_found_by_name()
    {
        var (node, server) = Kubectl.NewNode();
        using var nodes = node;
        using var running = server;
        server.Nodes.Put("node1", "192.168.1.11", "10.244.1.0/24", "fd00:244:1::/64");
        server.Nodes.Put("node2", "192.168.1.12");

        var list = Kubectl.Run(node, "get", "nodes", "-o", "json").Succeeded().Json;
        var one = Kubectl.Run(node, "get", "node", "node1", "-o", "jsonpath={.spec.podCIDRs[1]} {.status.addresses[0].address}");

        Assert.Equal("List", list.GetProperty("kind").GetString());
        Assert.Equal(["node1", "node2"], list.GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("metadata").GetProperty("name").GetString()));
        Assert.Equal("fd00:244:1::/64 192.168.1.11\n", one.Succeeded().Stdout);
        Assert.NotEqual(0, Kubectl.Run(node, "get", "node", "node3").ExitCode);
    }

    [Fact]
    public void A_watch_reports_added_changed_and_deleted_nodes()
    {
        var (node, server) = Kubectl.NewNode();
        using var nodes = node;
        using var running = server;
        server.Nodes.Put("node1", "192.168.1.11", "10.244.1.0/24");
        using var watch = Kubectl.Start(
            node, "get", "nodes", "--watch", "--output-watch-events",
            "-o", "jsonpath={.type} {.object.metadata.name} {.object.spec.podCIDR}{\"\\n\"}");

        watch.WaitForOutput("ADDED node1 10.244.1.0/24");
        server.Nodes.Put("node2", "192.168.1.12", "10.244.2.0/24");
        watch.WaitForOutput("ADDED node2 10.244.2.0/24");
        server.Nodes.Put("node2", "192.168.1.12", "10.244.9.0/24");
        watch.WaitForOutput("MODIFIED node2 10.244.9.0/24");
        server.Nodes.Delete("node1");
        watch.WaitForOutput("DELETED node1 10.244.1.0/24");
    }

    [Fact]
    public void A_stopped_server_is_unreachable_until_its_start()
    {
        var (node, server) = Kubectl.NewNode();
        using var nodes = node;
        using var running = server;
        server.Nodes.Put("node1", "192.168.1.11");
        using var watch = Kubectl.Start(node, "get", "nodes", "--watch", "-o", "name");
        watch.WaitForOutput("node/node1");

        server.Stop();

        watch.WaitForExit();
        Assert.Contains("refused", Kubectl.Run(node, "get", "nodes").Stderr, StringComparison.Ordinal);
        server.Start();
        Assert.Equal("node/node1\n", Kubectl.Run(node, "get", "nodes", "-o", "name").Succeeded().Stdout);
    }
}

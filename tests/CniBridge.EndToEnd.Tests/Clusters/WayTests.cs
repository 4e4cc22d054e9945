using CniBridge.Lab.Routing;

namespace CniBridge.EndToEnd.Tests.Clusters;

/// <summary>The connections of pods of different nodes with each other and with the outside, for each way of routing.</summary>
[RunsFirst]
public abstract class WayTests : IClassFixture<StartedClusters>
{
    readonly StartedClusters clusters;
    readonly Way way;

    private protected WayTests(StartedClusters clusters, Way way)
    {
        this.clusters = clusters;
        this.way = way;
    }

    [Theory, InlineData("4"), InlineData("6"), InlineData("dual")]
    public void Every_pod_reaches_every_pod_with_its_own_address(string families)
    {
        var cluster = Get(families);
        Assert.Equal(6, cluster.Pods.Count);
        Assert.All(cluster.Pods, pod => Assert.Equal(families == "dual" ? 2 : 1, pod.Addresses.Count));

        var matrix = new PingMatrix(cluster.Pods);

        Assert.Empty(matrix.Missing);
        Assert.All(cluster.Pods, receiver => Assert.Equal(matrix.Senders(receiver), PingWatch.Seen(receiver)));
    }

    [Theory, InlineData("4"), InlineData("6"), InlineData("dual")]
    public void Pods_reach_an_outside_host_with_the_address_of_the_node(string families)
    {
        var cluster = Get(families);
        foreach (var node in cluster.Nodes)
        {
            foreach (var outside in cluster.Router.OutsideAddresses)
            {
                var seen = WebServer.AddressSeen(node, node.Pods[0].Name, outside);
                Assert.Equal(node.LanAddress(EachFamily.IsV6(outside)), seen);
            }
        }
    }

    [Theory, InlineData("4"), InlineData("6"), InlineData("dual")]
    public void A_service_of_a_pod_is_reached_from_another_node_and_its_pods(string families)
    {
        var cluster = Get(families);
        var (server, other) = (cluster.Nodes[2].Pods[1], cluster.Nodes[0]);
        foreach (var address in server.Addresses)
        {
            var isV6 = EachFamily.IsV6(address);
            Assert.Equal(other.LanAddress(isV6), WebServer.AddressSeen(other, null, address));
            Assert.Equal(other.Pods[0].AddressOf(isV6), WebServer.AddressSeen(other, other.Pods[0].Name, address));
        }
    }

    [Fact]
    public void The_diagram_shows_the_state_of_the_kernel()
    {
        var cluster = Get("dual");
        var pod = cluster.Pods[5];
        var line = $"{pod.Name}  eth0 {pod.AddressOf(false)}/24 {pod.AddressOf(true)}/64  default via ";
        Assert.Contains(line, Picture.Of(cluster), StringComparison.Ordinal);

        pod.Node.Type($"ip -n {pod.Name} address add 192.0.2.1/24 dev eth0");
        Assert.Contains($" 192.0.2.1/24 {pod.AddressOf(true)}/64  default via ", Picture.Of(cluster), StringComparison.Ordinal);
        pod.Node.Type($"ip -n {pod.Name} address delete 192.0.2.1/24 dev eth0");
        Assert.Contains(line, Picture.Of(cluster), StringComparison.Ordinal);
    }

    /// <summary>
    /// Asserts that routes do not depend on running pods. A route that depends on the first pod would appear seconds after it.
    /// </summary>
    private protected void AssertRoutesStayWhenNoPodIsUp()
    {
        var cluster = Get("dual");
        var (node, other) = (cluster.Nodes[2], cluster.Nodes[0]);
        SetPorts(node, "down");
        Assert.Contains("NO-CARRIER", node.Type("ip link show cni0").Stdout, StringComparison.Ordinal);
        // The wait is longer than the time of an announcement.
        Thread.Sleep(TimeSpan.FromSeconds(4));
        Assert.True(other.HasRoutes(node.PodRanges), Picture.Of(cluster));

        SetPorts(node, "up");
        Assert.Empty(new PingMatrix(cluster.Pods).Missing);
    }

    static void SetPorts(WorkerNode node, string state) =>
        node.Type($"for port in $(ls /sys/class/net/cni0/brif); do ip link set $port {state}; done");

    internal Cluster Get(string families) => clusters.Get(way, Tour.FindFamilies(families)!.Value);
}

using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>
/// Tests of Debian's plugin "dhcp" as IPAM plugin of our bridge. Pods request addresses from a server on the node's bridge.
/// </summary>
[RunsFirst]
public sealed class DhcpTests
{
    [Theory]
    [InlineData("0.2.0")]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    public void A_pod_gets_a_lease_and_DEL_ends_it(string version)
    {
        using var node = NewNode();
        using var dhcp = new DhcpService(node);
        var keys = $$"""{"cniVersion": "{{version}}"}""";

        var added = Call(node, "ADD", keys).Succeed();

        var address = Assert.Single(PodAddresses(node));
        Assert.Matches("^10\\.88\\.0\\.5[0-9]/24$", address);
        Assert.Contains(address, added.Stdout, StringComparison.Ordinal);
        Assert.Contains(DhcpService.Gateway, added.Stdout, StringComparison.Ordinal);
        Assert.Equal([address.Replace("/24", "", StringComparison.Ordinal)], dhcp.AwaitLeases(running: 1));
        var route = Assert.Single(node.IpJsonInPod("pod", "-4", "route", "show", "10.7.0.0/16").EnumerateArray());
        Assert.Equal("10.88.0.9", route.GetProperty("gateway").GetString());
        node.AssertPodReaches("pod", DhcpService.Gateway);
        if (version != "0.2.0")
            Call(node, "CHECK", keys).WithPrevious(added).Succeed();

        Call(node, "DEL", keys).WithPrevious(added).Succeed();
        dhcp.Daemon.WaitForOutput("container-pod/podnet/eth0: releasing lease");
        node.AssertNoResidue("pod");
        Call(node, "DEL", keys).Succeed();
    }

    [Fact]
    public void Two_pods_have_leases_of_their_own()
    {
        using var node = NewNode();
        node.AddPod("other");
        using var dhcp = new DhcpService(node);

        Call(node, "ADD").Succeed();
        Call(node, "ADD", "{}", "other").Succeed();

        var other = Assert.Single(PodAddresses(node, "other")).Replace("/24", "", StringComparison.Ordinal);
        Assert.Contains(other, dhcp.AwaitLeases(running: 2));
        node.AssertPodReaches("pod", other);
        Call(node, "DEL").Succeed();
        node.AssertPodReaches("other", DhcpService.Gateway);
    }

    [Fact]
    public void A_lease_that_cannot_be_used_is_returned_to_the_server()
    {
        using var node = NewNode();
        using var dhcp = new DhcpService(node, router: "172.16.0.1");

        // The pod cannot reach the gateway that the server names.
        Call(node, "ADD").FailSomehow("172.16.0.1");

        dhcp.Daemon.WaitForOutput("container-pod/podnet/eth0: releasing lease");
        dhcp.AwaitLeases(running: 0, ended: 1);
        Assert.Equal([$"{DhcpService.Gateway}/24"], node.IpJson("address", "show", "cni0").GlobalAddresses());
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void ADD_without_a_DHCP_server_leaves_nothing()
    {
        using var node = NewNode();
        using var dhcp = new DhcpService(node, router: null);

        Call(node, "ADD").FailSomehow("no more tries");

        node.AssertNoResidue("pod");
    }

    [Fact]
    public void ADD_without_the_DHCP_daemon_reports_it_and_leaves_nothing()
    {
        using var node = NewNode();

        Call(node, "ADD").FailSomehow("error dialing DHCP daemon");

        node.AssertNoResidue("pod");
    }

    static IEnumerable<string> PodAddresses(ScratchNode node, string pod = "pod") =>
        node.IpJsonInPod(pod, "address", "show", "eth0").GlobalAddresses();

    static RawCall Call(ScratchNode node, string verb, string keys = "{}", string pod = "pod") =>
        RawCall.Of(node, verb, Configurations.With("""{"ipam": {"type": "dhcp"}}""", keys), pod).With("CNI_PATH", PluginDirectory.Go);

    static ScratchNode NewNode()
    {
        DhcpService.Require();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

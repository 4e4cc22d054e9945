namespace CniBridge.EndToEnd.Tests;

/// <summary>The plugins behind podman's CNI backend, which calls them through libcni.</summary>
public sealed class PodmanTests
{
    const string NetworkDirectory = "/etc/cni/net.d";

    [Fact]
    public void Containers_get_addresses_reach_each_other_and_leave_nothing_behind()
    {
        Requirement.Node("podman", "conmon", "runc", "busybox");
        using var group = new ControlGroup();
        using var node = new ScratchNode();
        node.Bind(PluginDirectory.UnderTest, "/opt/cni/bin");
        node.WriteFile($"{NetworkDirectory}/10-podnet.conflist", """
            {
              "cniVersion": "0.4.0", "name": "podnet",
              "plugins": [{
                "type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true,
                "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}]]}
              }]
            }
            """);
        var podman = new Podman(node, NetworkDirectory);
        Assert.Contains("podnet", podman.Run("network", "ls").Succeeded().Stdout, StringComparison.Ordinal);

        podman.StartContainer("first", "podnet", group);
        podman.StartContainer("second", "podnet", group);

        AssertAddress(podman, "first", "10.88.0.2");
        AssertAddress(podman, "second", "10.88.0.3");
        Assert.Equal(2, node.PodLinks(PodNetwork.Bridge).Count());
        Assert.Equal(["10.88.0.2", "10.88.0.3"], node.Reservations());
        NodeState.AssertReply(podman.InContainer("first", "ping", "-c1", "-W2", "10.88.0.3"));
        NodeState.AssertReply(podman.InContainer("second", "ping", "-c1", "-W2", "10.88.0.2"));
        NodeState.AssertReply(podman.InContainer("first", "ping", "-c1", "-W2", "10.88.0.1"));
        node.AssertReaches("10.88.0.2");

        podman.Run("rm", "--force", "--time", "0", "first", "second").Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    static void AssertAddress(Podman podman, string container, string address)
    {
        var networks = podman.Run("inspect", "--format", "{{json .NetworkSettings.Networks}}", container);
        var network = networks.Succeeded().Json.GetProperty("podnet");
        Assert.Equal(address, network.GetProperty("IPAddress").GetString());
        Assert.Equal("10.88.0.1", network.GetProperty("Gateway").GetString());
        var shown = podman.InContainer(container, "ip", "address", "show", "eth0").Succeeded().Stdout;
        Assert.Contains($" {address}/24 ", shown, StringComparison.Ordinal);
    }
}

using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Runtimes;

/// <summary>Tests of the plugins with containerd's client, which calls them through go-cni.</summary>
public sealed class ContainerdTests
{
    [Fact]
    public void Containers_get_addresses_reach_each_other_and_leave_nothing_behind()
    {
        Requirement.Node("containerd", "ctr", "runc", "busybox");
        Requirement.Ipv6();
        using var group = new ControlGroup();
        using var node = new ScratchNode();
        node.Bind(PluginDirectory.UnderTest, "/opt/cni/bin");
        // The configuration has a key of an editor, which every reader must ignore.
        node.WriteFile("/etc/cni/net.d/10-podnet.conflist", """
            {
              "$schema": "./cni-bridge.schema.json",
              "cniVersion": "1.0.0", "name": "podnet",
              "plugins": [{
                "type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true,
                "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}
              }]
            }
            """);
        using var containerd = new Containerd(node, group);
        using var monitor = node.Start("ip", ["monitor", "link"]);

        using var first = containerd.StartContainer("first");
        using var second = containerd.StartContainer("second");

        AssertAddresses(containerd.InContainer("first", "ip", "address", "show", "eth0"), 2);
        AssertAddresses(containerd.InContainer("second", "ip", "address", "show", "eth0"), 3);
        var links = node.PodLinks(PodNetwork.Bridge).ToList();
        Assert.Equal(2, links.Count);
        Assert.Equal(["10.88.0.2", "10.88.0.3", "fd00:88::2", "fd00:88::3"], node.Reservations());
        NodeState.AssertReply(containerd.InContainer("first", "ping", "-c1", "-W2", "10.88.0.3"));
        NodeState.AssertReply(containerd.InContainer("second", "ping", "-c1", "-W2", "10.88.0.2"));
        NodeState.AssertReply(containerd.InContainer("second", "ping", "-c1", "-W2", "fd00:88::2"));
        NodeState.AssertReply(containerd.InContainer("first", "ping", "-c1", "-W2", "fd00:88::1"));
        node.AssertReaches("10.88.0.2");
        node.AssertReaches("fd00:88::2");

        first.FinishInput();
        first.WaitForExit().Succeeded();
        second.FinishInput();
        second.WaitForExit().Succeeded();
        // ctr deletes networks without naming the namespace: the kernel removes the link with the namespace, later.
        Assert.All(links, link => monitor.WaitForOutput($"Deleted [0-9]+: {link}"));
        node.AssertNothingLeft(PodNetwork.Bridge);
        Assert.Empty(containerd.Ctr("containers", "list", "--quiet").Succeeded().Stdout);
    }

    static void AssertAddresses(CommandResult addresses, int number)
    {
        Assert.Contains($" 10.88.0.{number}/24 ", addresses.Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Contains($" fd00:88::{number}/64 ", addresses.Stdout, StringComparison.Ordinal);
    }
}

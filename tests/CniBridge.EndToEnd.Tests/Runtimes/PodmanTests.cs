using CniBridge.EndToEnd.Tests.Documents;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Runtimes;

/// <summary>Tests of the plugins with podman's CNI backend, which calls them through libcni.</summary>
public sealed class PodmanTests
{
    const string NetworkDirectory = "/etc/cni/net.d";

    [Fact]
    public void The_commands_of_the_quick_start_run_a_container_with_a_port()
    {
        Requirement.Node("podman", "conmon", "runc", "busybox", "nft");
        using var group = new ControlGroup();
        using var node = new ScratchNode();
        node.Bind(PluginDirectory.UnderTest, "/opt/cni/bin");
        var podman = new Podman(node, NetworkDirectory);
        var commands = string.Concat(MarkdownCode.ShellBlocks("docs/quickstart-podman.md"))
            .Replace("podman run ", $"podman run {string.Join(' ', Podman.Limits(group))} ", StringComparison.Ordinal)
            .Replace("IMAGE", $"{BusyboxImage.Name} sleep 600", StringComparison.Ordinal);

        var output = podman.RunScript(commands).Succeeded().Stdout;

        Assert.Contains("podnet", output, StringComparison.Ordinal);
        Assert.Contains("8080/tcp → 80", output, StringComparison.Ordinal);
        Assert.Empty(node.PodLinks("cni-podnet0"));
    }

    [Fact]
    public void Containers_get_addresses_reach_each_other_and_leave_nothing_behind()
    {
        Requirement.Node("podman", "conmon", "runc", "busybox", "nft");
        Requirement.Ipv6();
        using var group = new ControlGroup();
        using var node = new ScratchNode();
        node.Bind(PluginDirectory.UnderTest, "/opt/cni/bin");
        // The configuration has a key of an editor, which every reader must ignore.
        node.WriteFile($"{NetworkDirectory}/10-podnet.conflist", """
            {
              "$schema": "./cni-bridge.schema.json",
              "cniVersion": "0.4.0", "name": "podnet",
              "plugins": [{
                "type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true,
                "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}
              }, {"type": "portmap", "capabilities": {"portMappings": true}}]
            }
            """);
        var podman = new Podman(node, NetworkDirectory);
        Assert.Contains("podnet", podman.Run("network", "ls").Succeeded().Stdout, StringComparison.Ordinal);

        // Podman passes one mapping without an address and one for ::, with the same target.
        podman.StartContainer(
            "first", "podnet", group, "--publish", "8080:80", "--publish", "[::]:8080:80", "--publish", "8053:53/udp");
        podman.StartContainer("second", "podnet", group);

        AssertAddresses(podman, "first", 2);
        AssertAddresses(podman, "second", 3);
        Assert.Equal(2, node.PodLinks(PodNetwork.Bridge).Count());
        Assert.Equal(["10.88.0.2", "10.88.0.3", "fd00:88::2", "fd00:88::3"], node.Reservations());
        NodeState.AssertReply(podman.InContainer("first", "ping", "-c1", "-W2", "10.88.0.3"));
        NodeState.AssertReply(podman.InContainer("second", "ping", "-c1", "-W2", "10.88.0.2"));
        NodeState.AssertReply(podman.InContainer("first", "ping", "-c1", "-W2", "10.88.0.1"));
        NodeState.AssertReply(podman.InContainer("first", "ping", "-c1", "-W2", "fd00:88::3"));
        NodeState.AssertReply(podman.InContainer("second", "ping", "-c1", "-W2", "fd00:88::1"));
        node.AssertReaches("10.88.0.2");
        node.AssertReaches("fd00:88::2");

        podman.InContainer("first", "sh", "-c", "nc -ll -p 80 -e echo here I am &").Succeeded();
        podman.InContainer("first", "sh", "-c", "until netstat -ltn | grep -q :80; do sleep 0.01; done").Succeeded();
        Assert.Equal("here I am\n", node.Run("busybox", "nc", "-w", "5", "127.0.0.1", "8080").Stdout);
        Assert.Equal("here I am\n", node.Run("busybox", "nc", "-w", "5", "10.88.0.1", "8080").Stdout);
        Assert.Equal("here I am\n", node.Run("busybox", "nc", "-w", "5", "fd00:88::1", "8080").Stdout);
        Assert.Contains("udp . 8053", node.Run("nft", "list", "map", "ip", "cni-bridge", "hostports").Stdout, StringComparison.Ordinal);

        podman.Run("rm", "--force", "--time", "0", "first", "second").Succeeded();
        foreach (var family in new[] { "ip", "ip6" })
        {
            Assert.DoesNotContain("80", node.Run("nft", "list", "map", family, "cni-bridge", "hostports").Stdout, StringComparison.Ordinal);
        }
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    static void AssertAddresses(Podman podman, string container, int number)
    {
        var networks = podman.Run("inspect", "--format", "{{json .NetworkSettings.Networks}}", container);
        var network = networks.Succeeded().Json.GetProperty("podnet");
        Assert.Equal($"10.88.0.{number}", network.GetProperty("IPAddress").GetString());
        Assert.Equal("10.88.0.1", network.GetProperty("Gateway").GetString());
        Assert.Equal($"fd00:88::{number}", network.GetProperty("GlobalIPv6Address").GetString());
        Assert.Equal("fd00:88::1", network.GetProperty("IPv6Gateway").GetString());
        var shown = podman.InContainer(container, "ip", "address", "show", "eth0").Succeeded().Stdout;
        Assert.Contains($" 10.88.0.{number}/24 ", shown, StringComparison.Ordinal);
        Assert.Contains($" fd00:88::{number}/64 ", shown, StringComparison.Ordinal);
    }
}

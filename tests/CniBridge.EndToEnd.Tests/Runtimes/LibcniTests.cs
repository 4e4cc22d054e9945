using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Runtimes;

/// <summary>Tests of the plugins with libcni: its cache, its CHECK and its passing of results.</summary>
public sealed class LibcniTests
{
    [Theory]
    [InlineData("0.4.0", "10.88.0.0/24")]
    [InlineData("1.0.0", "10.88.0.0/24")]
    [InlineData("0.4.0", "fd00:88::/64")]
    [InlineData("1.0.0", "fd00:88::/64")]
    public void Two_pods_are_added_checked_and_deleted(string version, string subnet)
    {
        using var node = NodeWithNetwork(version, subnet);
        var first = node.AddPod("first");
        var second = node.AddPod("second");

        AssertPlausible(Cnitool.Add(node, "podnet", first), version, PodNetwork.AddressInSubnet(subnet, 2));
        AssertPlausible(Cnitool.Add(node, "podnet", second), version, PodNetwork.AddressInSubnet(subnet, 3));

        Assert.Equal(
            [PodNetwork.AddressInSubnet(subnet, 2)],
            node.IpJsonInPod("first", "address", "show", "eth0").GlobalAddresses());
        Assert.Equal([PodNetwork.Address(subnet, 2), PodNetwork.Address(subnet, 3)], node.Reservations());
        node.AssertPodReaches("first", PodNetwork.Address(subnet, 3));
        node.AssertPodReaches("second", PodNetwork.Address(subnet, 2));
        Cnitool.Run(node, "check", "podnet", first).Succeeded();
        Cnitool.Run(node, "check", "podnet", second).Succeeded();
        Cnitool.Run(node, "del", "podnet", first).Succeeded();
        Cnitool.Run(node, "del", "podnet", second).Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    [Theory]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    public void A_host_port_is_added_and_removed_with_the_pod(string version)
    {
        Requirement.Programs("nft", "busybox");
        using var node = NodeWithNetwork(version, more: """, {"type": "portmap", "capabilities": {"portMappings": true}}""");
        var pod = node.AddPod("pod");
        var mappings = ("CAP_ARGS", """{"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}""");

        AssertPlausible(Cnitool.Add(node, "podnet", pod, mappings), version, "10.88.0.2/24");
        using var server = node.Start("ip", [
            "netns", "exec", "pod", "busybox", "nc", "-ll", "-p", "80", "-e", "echo", "here I am"]);
        node.Run("sh", "-c", "until ip netns exec pod busybox netstat -ltn | grep -q :80; do sleep 0.01; done").Succeeded();
        Assert.Equal("here I am\n", node.Run("busybox", "nc", "-w", "5", "127.0.0.1", "8080").Stdout);
        Cnitool.Run(node, "check", "podnet", pod, mappings).Succeeded();
        // A restarted runtime may not know the mappings any more.
        Cnitool.Run(node, "del", "podnet", pod).Succeeded();
        Assert.DoesNotContain("8080", node.Run("nft", "list", "ruleset").Succeeded().Stdout, StringComparison.Ordinal);
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    // cnitool's name for a container is a hash of its namespace's path.
    [Fact]
    public void The_operator_command_and_libcni_can_delete_each_others_attachments()
    {
        using var node = NodeWithNetwork("1.0.0");
        var pod = node.AddPod("pod");
        var hash = Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(pod)).AsSpan(0, 10));
        CommandResult ByHand(string command) =>
            node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), command, $"cnitool-{hash}", pod);

        Cnitool.Add(node, "podnet", pod);
        ByHand("check").Succeeded();
        ByHand("del").Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);

        ByHand("add").Succeeded();
        Cnitool.Run(node, "check", "podnet", pod).Succeeded();
        Cnitool.Run(node, "del", "podnet", pod).Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    [Fact]
    public void Deletion_succeeds_twice()
    {
        using var node = NodeWithNetwork("1.0.0");
        var pod = node.AddPod("pod");
        Cnitool.Add(node, "podnet", pod);

        Cnitool.Run(node, "del", "podnet", pod).Succeeded();
        Cnitool.Run(node, "del", "podnet", pod).Succeeded();

        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    [Fact]
    public void Deletion_succeeds_for_a_pod_whose_namespace_is_gone()
    {
        using var node = NodeWithNetwork("1.0.0");
        var pod = node.AddPod("pod");
        Cnitool.Add(node, "podnet", pod);
        node.Run("ip", "netns", "delete", "pod").Succeeded();

        Cnitool.Run(node, "del", "podnet", pod).Succeeded();

        Assert.Empty(node.Reservations());
        Assert.Empty(node.CachedResults());
    }

    [Theory]
    [InlineData("10.88.0.0/24")]
    [InlineData("fd00:88::/64")]
    public void A_check_fails_if_the_address_was_removed(string subnet)
    {
        using var node = NodeWithNetwork("1.0.0", subnet);
        var pod = node.AddPod("pod");
        Cnitool.Add(node, "podnet", pod);
        node.Run("ip", "-n", "pod", "address", "flush", "dev", "eth0").Succeeded();

        Assert.NotEqual(0, Cnitool.Run(node, "check", "podnet", pod).ExitCode);
    }

    [Theory]
    [InlineData("10.88.0.0/24", "10.88.0.77/24")]
    [InlineData("fd00:88::/64", "fd00:88::77/64")]
    public void Capabilities_choose_the_addresses_and_the_hardware_address(string subnet, string address)
    {
        using var node = NodeWithNetwork("1.0.0", subnet);
        var pod = node.AddPod("pod");

        var result = Cnitool.Add(
            node, "podnet", pod, ("CAP_ARGS", $$"""{"ips":["{{address}}"],"mac":"0a:58:0a:58:00:4d"}"""));

        AssertPlausible(result, "1.0.0", address);
        var link = node.IpJsonInPod("pod", "address", "show", "eth0");
        Assert.Equal([address], link.GlobalAddresses());
        Assert.Equal("0a:58:0a:58:00:4d", link[0].GetProperty("address").GetString());
    }

    [Fact]
    public void Arguments_choose_the_address()
    {
        using var node = NodeWithNetwork("1.0.0");
        var pod = node.AddPod("pod");

        var result = Cnitool.Add(node, "podnet", pod, ("CNI_ARGS", "IgnoreUnknown=1;IP=10.88.0.88;K8S_POD_NAME=pod"));

        AssertPlausible(result, "1.0.0", "10.88.0.88/24");
        Assert.Equal(["10.88.0.88"], node.Reservations());
    }

    [Fact]
    public void A_loopback_network_brings_the_loopback_up_and_down()
    {
        using var node = NodeWithNetwork("1.0.0");
        node.WriteFile(
            "/etc/cni/net.d/99-lo.conflist",
            """{"cniVersion":"1.0.0","name":"lo","plugins":[{"type":"loopback"}]}""");
        var pod = node.AddPod("pod");

        Cnitool.Add(node, "lo", pod, ("CNI_IFNAME", "lo"));
        node.AssertPodReaches("pod", "127.0.0.1");
        Cnitool.Run(node, "check", "lo", pod, ("CNI_IFNAME", "lo")).Succeeded();
        Cnitool.Run(node, "del", "lo", pod, ("CNI_IFNAME", "lo")).Succeeded();

        var flags = node.IpJsonInPod("pod", "link", "show", "lo")[0].GetProperty("flags");
        Assert.DoesNotContain("UP", flags.EnumerateArray().Select(flag => flag.GetString()));
    }

    /// <param name="more">Plugins after the bridge, with a comma.</param>
    static ScratchNode NodeWithNetwork(string version, string subnet = "10.88.0.0/24", string more = "")
    {
        Requirement.Node();
        Requirement.Ipv6();
        // The program is built, or the test skipped, before any other work.
        _ = Cnitool.ProgramPath;
        var node = new ScratchNode();
        // The configuration has a key of an editor, which every reader must ignore.
        node.WriteFile("/etc/cni/net.d/10-podnet.conflist", $$"""
            {
              "$schema": "./cni-bridge.schema.json",
              "cniVersion": "{{version}}", "name": "podnet",
              "plugins": [{
                "type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true,
                "capabilities": {"ips": true, "mac": true},
                "ipam": {"type": "host-local", "ranges": [[{"subnet": "{{subnet}}"}]]}
              }{{more}}]
            }
            """);
        return node;
    }

    static void AssertPlausible(JsonElement result, string version, string address)
    {
        Assert.Equal(version, result.GetProperty("cniVersion").GetString());
        var ip = Assert.Single(result.GetProperty("ips").EnumerateArray());
        Assert.Equal(address, ip.GetProperty("address").GetString());
        var isIpv6 = PodNetwork.IsIpv6(address);
        Assert.Equal(isIpv6 ? "fd00:88::1" : "10.88.0.1", ip.GetProperty("gateway").GetString());
        var inPod = result.GetProperty("interfaces")[ip.GetProperty("interface").GetInt32()];
        Assert.Equal("eth0", inPod.GetProperty("name").GetString());
        Assert.Equal(isIpv6 ? "::/0" : "0.0.0.0/0", result.GetProperty("routes")[0].GetProperty("dst").GetString());
    }
}

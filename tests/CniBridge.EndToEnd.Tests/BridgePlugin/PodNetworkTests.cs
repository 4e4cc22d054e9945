using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of two pods on one bridge, attached by direct calls of the plugin.</summary>
public sealed class PodNetworkTests
{
    [Theory]
    [InlineData("10.88.0.0/24")]
    [InlineData("fd00:88::/64")]
    [InlineData("10.88.0.0/24", "fd00:88::/64")]
    public void Pods_reach_each_other_and_the_node_and_leave_nothing_behind(params string[] subnets)
    {
        Requirement.Node();
        if (subnets.Any(PodNetwork.IsIpv6))
        {
            Requirement.Ipv6();
        }

        using var node = new ScratchNode();
        var first = node.Pod("first", PluginDirectory.UnderTest, subnets);
        var second = node.Pod("second", PluginDirectory.UnderTest, subnets);

        var firstResult = first.Add().Succeeded().Json;
        var secondResult = second.Add().Succeeded().Json;

        AssertAddresses(firstResult, subnets, 2);
        AssertMatchesKernel(node, "first", firstResult);
        AssertAddresses(secondResult, subnets, 3);
        AssertMatchesKernel(node, "second", secondResult);
        foreach (var subnet in subnets)
        {
            node.AssertPodReaches("first", PodNetwork.Address(subnet, 3));
            node.AssertPodReaches("second", PodNetwork.Address(subnet, 2));
            node.AssertPodReaches("first", PodNetwork.Address(subnet, 1));
            node.AssertReaches(PodNetwork.Address(subnet, 2));
        }

        first.Check(firstResult).Succeeded();
        second.Check(secondResult).Succeeded();
        first.Del(firstResult).Succeeded();
        second.Del(secondResult).Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);
        var podLinks = node.IpJsonInPod("first", "link", "show").EnumerateArray();
        Assert.Equal(["lo"], podLinks.Select(link => Text(link, "ifname")));
    }

    [Theory]
    [InlineData("10.88.0.0/24")]
    [InlineData("fd00:88::/64")]
    [InlineData("10.88.0.0/24", "fd00:88::/64")]
    public void The_second_pod_stays_connected_when_the_first_is_deleted(params string[] subnets)
    {
        Requirement.Node();
        Requirement.Ipv6();
        using var node = new ScratchNode();
        var first = node.Pod("first", PluginDirectory.UnderTest, subnets);
        var second = node.Pod("second", PluginDirectory.UnderTest, subnets);
        var firstResult = first.Add().Succeeded().Json;
        second.Add().Succeeded();

        first.Del(firstResult).Succeeded();

        Assert.Equal(subnets.Select(subnet => PodNetwork.Address(subnet, 3)), node.Reservations());
        Assert.Single(node.PodLinks(PodNetwork.Bridge));
        foreach (var subnet in subnets)
        {
            node.AssertPodReaches("second", PodNetwork.Address(subnet, 1));
            node.AssertReaches(PodNetwork.Address(subnet, 3));
        }
    }

    [Theory]
    [InlineData("10.88.0.0/24")]
    [InlineData("fd00:88::/64")]
    [InlineData("10.88.0.0/24", "fd00:88::/64")]
    public void Deletion_succeeds_twice_and_after_the_namespace_is_gone(params string[] subnets)
    {
        Requirement.Node();
        Requirement.Ipv6();
        using var node = new ScratchNode();
        var pod = node.Pod("pod", PluginDirectory.UnderTest, subnets);
        var result = pod.Add().Succeeded().Json;

        node.Run("ip", "netns", "delete", "pod").Succeeded();
        pod.Del(result).Succeeded();
        pod.Del(result).Succeeded();

        Assert.Empty(node.Reservations());
    }

    [Fact]
    public void The_loopback_plugin_brings_the_loopback_up()
    {
        Requirement.Node();
        using var node = new ScratchNode();
        var call = new PluginCall
        {
            Node = node,
            PluginDirectory = PluginDirectory.UnderTest,
            Configuration = """{"cniVersion":"1.0.0","name":"lo","type":"loopback"}""",
            ContainerId = "container-pod",
            NetworkNamespace = node.AddPod("pod"),
            InterfaceName = "lo",
        };

        var result = call.Add().Succeeded().Json;

        Assert.Equal("127.0.0.1/8", result.GetProperty("ips")[0].GetProperty("address").GetString());
        node.AssertPodReaches("pod", "127.0.0.1");
        call.Check(result).Succeeded();
        call.Del(result).Succeeded();
    }

    static void AssertAddresses(JsonElement result, string[] subnets, int number)
    {
        var ips = result.GetProperty("ips").EnumerateArray().ToList();
        Assert.Equal(
            subnets.Select(subnet => PodNetwork.AddressInSubnet(subnet, number)),
            ips.Select(ip => Text(ip, "address")));
        Assert.Equal(
            subnets.Select(subnet => PodNetwork.Address(subnet, 1)),
            ips.Select(ip => Text(ip, "gateway")));
    }

    static void AssertMatchesKernel(ScratchNode node, string pod, JsonElement result)
    {
        var ips = result.GetProperty("ips").EnumerateArray().ToList();
        var interfaces = result.GetProperty("interfaces").EnumerateArray().ToList();
        Assert.All(ips, ip => Assert.Equal("eth0", Text(interfaces[ip.GetProperty("interface").GetInt32()], "name")));

        var link = node.IpJsonInPod(pod, "address", "show", "eth0");
        Assert.Equal(ips.Select(ip => Text(ip, "address")), link.GlobalAddresses());
        var inPod = interfaces.Single(item => Text(item, "name") == "eth0");
        Assert.Equal(Text(link[0], "address"), Text(inPod, "mac"));
        Assert.Equal($"/run/netns/{pod}", Text(inPod, "sandbox"));

        var hostEnd = interfaces.Single(item => Text(item, "name") is not ("eth0" or PodNetwork.Bridge));
        var peer = node.IpJson("link", "show", Text(hostEnd, "name"))[0];
        Assert.Equal(PodNetwork.Bridge, Text(peer, "master"));
        Assert.Equal(Text(peer, "address"), Text(hostEnd, "mac"));

        foreach (var gateway in ips.Select(ip => Text(ip, "gateway")))
        {
            var family = PodNetwork.IsIpv6(gateway) ? "-6" : "-4";
            var route = Assert.Single(node.IpJsonInPod(pod, family, "route", "show", "default").EnumerateArray());
            Assert.Equal(gateway, Text(route, "gateway"));
            Assert.Contains(
                node.IpJson("address", "show", PodNetwork.Bridge).GlobalAddresses(),
                address => address.StartsWith($"{gateway}/", StringComparison.Ordinal));
        }
    }

    static string Text(JsonElement item, string property) => item.GetProperty(property).GetString()!;
}

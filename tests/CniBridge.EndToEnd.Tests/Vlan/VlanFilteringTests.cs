using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of an existing bridge without VLAN filtering: an error says what to do.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class VlanFilteringTests(VlanMachine machine)
{
    const string Command = "ip link set cni0 type bridge vlan_filtering 1";

    [Theory]
    [InlineData("""{"vlan": 100}""")]
    [InlineData("""{"vlanTrunk": [{"id": 101}], "ipam": {}}""")]
    [InlineData("""{"vlanTrunk": []}""")]
    public void The_error_names_a_command_that_makes_ADD_work(string keys)
    {
        var node = machine.AddNode();
        node.Script("ip link add cni0 up type bridge");
        var pod = node.VlanPod("pod", Configurations.With(keys));

        pod.Add().Refused(7, "cni0", Command);

        Assert.False(node.FiltersVlans());
        Assert.Empty(node.PodLinks("cni0"));
        Assert.Empty(node.CniFiles());
        Assert.Empty(node.Addresses("cni0"));

        node.Script(Command);
        var added = pod.Add().Succeeded();
        Assert.DoesNotContain(added.HostEnd(), added.Stderr, StringComparison.Ordinal);
        pod.Check(added.Json).Succeeded();
    }

    [Fact]
    public void Pods_without_VLANs_are_still_served_after_the_command()
    {
        var node = machine.AddNode();
        node.AddVlanPod("plain", Configurations.WithIpam("""{"subnet": "10.77.0.0/24"}""", """{"name": "plainnet"}"""));
        var pod = node.VlanPod("pod", VlanNetwork.Routed());
        pod.Add().Refused(7, Command);

        node.Script(Command);
        pod.Add().Succeeded();
        node.AddVlanPod("later", Configurations.WithIpam("""{"subnet": "10.77.0.0/24"}""", """{"name": "plainnet"}"""));

        node.AssertPodReaches("plain", "10.77.0.1");
        node.AssertPodReaches("plain", "10.77.0.3");
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "10.77.0.2");
    }

    [Fact]
    public void STATUS_fails_until_the_bridge_filters_VLANs()
    {
        var node = machine.AddNode();
        var layerTwo = Status(node, VlanNetwork.LayerTwo("""{"cniVersion": "1.1.0", "vlanTrunk": [{"id": 101}]}"""));
        var routed = Status(node, VlanNetwork.Routed("""{"cniVersion": "1.1.0"}"""));

        Assert.Empty(routed.Succeed().Stdout);
        layerTwo.Succeed();
        Assert.Equal(["lo"], node.IpJson("link", "show").EnumerateArray().Select(VlanNetwork.Name));

        node.Script("ip link add cni0 up type bridge");
        routed.Fail(50, "cni0", Command);
        layerTwo.Fail(50, "cni0", Command);
        Status(node, Configurations.With("""{"cniVersion": "1.1.0"}""")).Succeed();

        node.Script(Command);
        routed.Succeed();
        layerTwo.Succeed();
        node.AddVlanPod("pod", VlanNetwork.Routed());
        Assert.Empty(routed.Succeed().Stdout);
    }

    [Fact]
    public void STATUS_fails_if_the_gateway_accepts_no_IPv6_address()
    {
        var node = machine.AddNode();
        node.AddVlanPod("first", VlanNetwork.Routed());
        node.Script("echo 1 > /proc/sys/net/ipv6/conf/cni0.100/disable_ipv6");

        node.VlanPod("pod", VlanNetwork.Routed()).Add().Refused(5, "net.ipv6.conf.cni0.100.disable_ipv6");
        Status(node, VlanNetwork.Routed("""{"cniVersion": "1.1.0"}""")).Fail(50, "net.ipv6.conf.cni0.100.disable_ipv6");
    }

    static RawCall Status(Node node, string configuration) => RawCall.Of(node, "STATUS", configuration)
        .With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null);
}

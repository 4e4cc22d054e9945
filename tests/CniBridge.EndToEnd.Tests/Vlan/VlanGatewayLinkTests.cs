using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of links that have the name of a VLAN gateway, and of names that are too long.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class VlanGatewayLinkTests(VlanMachine machine)
{
    [Fact]
    public void A_bridge_with_a_long_name_has_no_gateway_in_a_VLAN()
    {
        var node = machine.AddNode();
        const string tooLong = """{"bridge": "bridge-of-12", "vlan": 100}""";
        var pod = node.VlanPod("pod", Configurations.With(tooLong));

        pod.Add().Refused(7, "bridge-of-12.100");

        Assert.Empty(node.PodLinks("bridge-of-12"));
        Assert.Equal(["lo"], node.IpJson("link", "show").EnumerateArray().Select(VlanNetwork.Name));
        Assert.Empty(node.CniFiles());

        var layerTwo = (pod with { Configuration = VlanNetwork.LayerTwo(tooLong) }).Add().Succeeded();
        Assert.Equal([VlanNetwork.Only100], node.Vlans(layerTwo.HostEnd()));
        var longest = node.AddVlanPod("other", Configurations.With("""{"bridge": "bridge-of11", "vlan": 100}"""));
        Assert.Equal("bridge-of11.100", longest.InterfaceNames()[3]);
        node.AssertPodReaches("other", "10.88.0.1");
    }

    /// <summary>An administrator can create such a link instead of a veth pair.</summary>
    [Fact]
    public void An_existing_link_with_the_name_of_the_gateway_is_used_unchanged()
    {
        var node = machine.AddNode();
        node.Script("""
            ip link add cni0 up type bridge vlan_filtering 1
            bridge vlan add vid 100 dev cni0 self
            ip link add link cni0 name cni0.100 type vlan id 100
            """);
        var pod = node.VlanPod("pod", VlanNetwork.Routed());

        var added = pod.Add().Succeeded();

        Assert.Equal(VlanNetwork.Gateway100, added.InterfaceNames()[3]);
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.Addresses(VlanNetwork.Gateway100));
        Assert.Equal([added.HostEnd()], node.Ports());
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        pod.Check(added.Json).Succeeded();
    }

    /// <summary>The index that the kernel reports for the peer then belongs to another link here.</summary>
    [Fact]
    public void A_gateway_with_its_peer_in_another_namespace_is_used_unchanged()
    {
        var node = machine.AddNode();
        node.Script("""
            ip link add uplink0 up type veth peer name uplink1
            ip link add cni0 up type bridge vlan_filtering 1
            ip netns add router
            ip -n router link add end0 up type veth peer name cni0.100 netns $$
            """);
        var link = node.IpJson("link", "show", VlanNetwork.Gateway100)[0].GetProperty("link_index").GetInt32();
        Assert.Contains(link, new[] { "uplink0", "uplink1" }
            .Select(name => node.IpJson("link", "show", name)[0].GetProperty("ifindex").GetInt32()));

        var added = node.AddVlanPod("pod", VlanNetwork.Routed());

        Assert.Equal([added.HostEnd()], node.Ports());
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.Addresses(VlanNetwork.Gateway100));
    }
}

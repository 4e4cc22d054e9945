using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of the VLANs of a pod's port, and of its traffic.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class PortVlanTests(VlanMachine machine)
{
    const string Trunk = """[{"id": 101}, {"minID": 200, "maxID": 210}]""";

    /// <summary>One subnet for all pods, without a gateway.</summary>
    const string SharedSubnet = """
        {"isGateway": false, "isDefaultGateway": false, "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}
        """;

    [Theory]
    [InlineData("""{"vlan": 100}""", "100 PVID Egress Untagged")]
    [InlineData("""{"vlan": 4094, "preserveDefaultVlan": false}""", "4094 PVID Egress Untagged")]
    [InlineData("""{"vlan": 1}""", "1 PVID Egress Untagged")]
    [InlineData("""{"vlan": 100, "preserveDefaultVlan": true}""", "1 Egress Untagged, 100 PVID Egress Untagged")]
    [InlineData("""{"vlan": 100, "disableContainerInterface": true}""", "100 PVID Egress Untagged")]
    [InlineData($$"""{"vlanTrunk": {{Trunk}}}""", "1 PVID Egress Untagged, 101, 200-210")]
    [InlineData($$"""{"vlanTrunk": {{Trunk}}, "preserveDefaultVlan": true}""", "1 PVID Egress Untagged, 101, 200-210")]
    [InlineData($$"""{"vlan": 100, "vlanTrunk": {{Trunk}}}""", "100 PVID Egress Untagged, 101, 200-210")]
    [InlineData(
        $$"""{"vlan": 100, "vlanTrunk": {{Trunk}}, "preserveDefaultVlan": true}""",
        "1 Egress Untagged, 100 PVID Egress Untagged, 101, 200-210")]
    [InlineData("""{"vlan": 100, "vlanTrunk": [{"minID": 99, "maxID": 101}]}""", "99, 100 PVID Egress Untagged, 101")]
    [InlineData(
        """{"vlanTrunk": [{"minID": 203, "maxID": 207}, {"id": 204}, {"minID": 200, "maxID": 205}, {"id": 208}, {}]}""",
        "1 PVID Egress Untagged, 200-208")]
    [InlineData("""{"vlanTrunk": [{"id": 7, "minID": 9, "maxID": 9}]}""", "1 PVID Egress Untagged, 7, 9")]
    [InlineData(
        """{"vlan": 100, "vlanTrunk": [{"minID": 1, "maxID": 4094}]}""", "1-99, 100 PVID Egress Untagged, 101-4094")]
    public void A_port_is_only_in_the_configured_VLANs(string keys, string vlans)
    {
        var node = machine.AddNode();
        var pod = node.VlanPod("pod", VlanNetwork.LayerTwo(keys));

        var added = pod.Add().Succeeded();

        Assert.Equal(["cni0", added.HostEnd(), "eth0"], added.InterfaceNames());
        Assert.Equal(VlanNetwork.Listed(vlans), node.Vlans(added.HostEnd()));
        pod.Check(added.Json).Succeeded();
    }

    [Theory]
    [InlineData("""{"vlan": 100}""", true)]
    [InlineData("""{"vlanTrunk": [{"id": 101}]}""", true)]
    [InlineData("""{"vlanTrunk": []}""", true)]
    [InlineData("""{"vlanTrunk": [{}], "preserveDefaultVlan": false}""", true)]
    [InlineData("""{"vlan": 0, "vlanTrunk": null, "preserveDefaultVlan": false}""", false)]
    public void A_new_bridge_filters_VLANs_when_a_key_asks_for_it(string keys, bool filters)
    {
        var node = machine.AddNode();
        var pod = node.VlanPod("pod", VlanNetwork.LayerTwo(keys));

        var added = pod.Add().Succeeded();

        Assert.Equal(filters, node.FiltersVlans());
        if (!keys.Contains("10", StringComparison.Ordinal))
        {
            Assert.Equal(["1 PVID Egress Untagged"], node.Vlans(added.HostEnd()));
        }

        pod.Check(added.Json).Succeeded();
        pod.Del(added.Json).Succeeded();
        Assert.Empty(node.PodLinks("cni0"));
    }

    [Theory]
    [InlineData(0, false, "100 PVID Egress Untagged")]
    [InlineData(0, true, "100 PVID Egress Untagged")]
    [InlineData(7, false, "100 PVID Egress Untagged")]
    [InlineData(7, true, "7 Egress Untagged, 100 PVID Egress Untagged")]
    public void The_default_VLAN_is_that_of_the_bridge(int defaultVlan, bool preserves, string vlans)
    {
        var node = machine.AddNode();
        node.Script(string.Create(CultureInfo.InvariantCulture,
            $"ip link add cni0 up type bridge vlan_filtering 1 vlan_default_pvid {defaultVlan}"));

        var added = node.AddVlanPod("pod", VlanNetwork.LayerTwo(
            $$"""{"vlan": 100, "preserveDefaultVlan": {{(preserves ? "true" : "false")}}}"""));

        Assert.Equal(VlanNetwork.Listed(vlans), node.Vlans(added.HostEnd()));
    }

    [Fact]
    public void A_trunk_of_many_VLANs_is_set_completely_and_CHECK_reports_a_missing_one()
    {
        var node = machine.AddNode();
        var ids = Enumerable.Range(1, 2047).Select(number => number * 2).ToList();
        var items = string.Join(',', ids.Select(id => $$"""{"id": {{id}}}"""));
        var pod = node.VlanPod("pod", VlanNetwork.LayerTwo($$"""{"vlan": 100, "vlanTrunk": [{{items}}]}"""));

        var added = pod.Add().Succeeded();

        var expected = ids.Select(id => id == 100 ? VlanNetwork.Only100 : id.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(expected, node.Vlans(added.HostEnd()));
        pod.Check(added.Json).Succeeded();
        node.Script("bridge vlan del vid 3000 dev $1", added.HostEnd());
        pod.Check(added.Json).Refused(999, "VLAN 3000");
    }

    [Fact]
    public void Pods_reach_only_pods_of_their_own_VLAN()
    {
        var node = machine.AddNode();
        node.AddVlanPod("one", Configurations.With(SharedSubnet, """{"vlan": 100}"""));
        node.AddVlanPod("other", Configurations.With(SharedSubnet, """{"vlan": 200}"""));
        node.AddVlanPod("two", Configurations.With(SharedSubnet, """{"vlan": 100}"""));
        node.AddVlanPod("plain", Configurations.With(SharedSubnet));

        node.AssertPodReaches("one", "10.88.0.4");
        node.AssertPodReaches("two", "10.88.0.2");
        node.AssertPodDoesNotReach("one", "10.88.0.3");
        node.AssertPodDoesNotReach("other", "10.88.0.4");
        node.AssertPodDoesNotReach("plain", "10.88.0.2");
        node.AssertPodDoesNotReach("one", "10.88.0.5");
    }

    [Fact]
    public void A_pod_with_a_trunk_reaches_the_VLANs_of_the_trunk_by_their_tags()
    {
        var node = machine.AddNode();
        node.AddVlanPod("one", Configurations.With(SharedSubnet, """{"vlan": 100}"""));
        node.AddVlanPod("other", Configurations.With(SharedSubnet, """{"vlan": 205}"""));
        node.AddVlanPod("foreign", Configurations.With(SharedSubnet, """{"vlan": 300}"""));
        node.AddVlanPod(
            "router", VlanNetwork.LayerTwo("""{"vlan": 100, "vlanTrunk": [{"minID": 200, "maxID": 210}]}"""));
        // Each pod has a part of the shared subnet, so that the used link is clear.
        node.Script("""
            ip -n router link add link eth0 name tagged205 type vlan id 205
            ip -n router link add link eth0 name tagged300 type vlan id 300
            ip -n router address add 10.88.0.200/24 dev eth0
            ip -n router address add 10.88.0.205/24 dev tagged205
            ip -n router link set tagged205 up
            ip -n router link set tagged300 up
            ip -n router route add 10.88.0.2/32 dev eth0 src 10.88.0.200
            ip -n router route add 10.88.0.3/32 dev tagged205 src 10.88.0.205
            ip -n router route add 10.88.0.4/32 dev tagged300 src 10.88.0.200
            """);

        node.AssertPodReaches("router", "10.88.0.2");
        node.AssertPodReaches("router", "10.88.0.3");
        node.AssertPodDoesNotReach("router", "10.88.0.4");
    }
}

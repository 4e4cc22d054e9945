namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of CHECK after changes of VLANs and of their gateway.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class VlanCheckTests(VlanMachine machine)
{
    const string Trunk = """{"ipam": {}, "vlan": 0, "vlanTrunk": [{"id": 101}, {"minID": 200, "maxID": 210}]}""";

    [Theory]
    [InlineData("{}", "bridge vlan del vid 100 dev $HOST_END", "$HOST_END is not in VLAN 100")]
    [InlineData("{}", "bridge vlan add vid 100 dev $HOST_END", "VLAN 100 untagged")]
    [InlineData("{}", "bridge vlan add vid 7 pvid untagged dev $HOST_END", "VLAN 100 untagged")]
    [InlineData("""{"ipam": {}}""", "bridge vlan del vid 100 dev $HOST_END", "VLAN 100")]
    [InlineData("""{"preserveDefaultVlan": true}""", "bridge vlan del vid 100 dev $HOST_END", "VLAN 100")]
    [InlineData(Trunk, "bridge vlan del vid 205 dev $HOST_END", "VLAN 205")]
    [InlineData(Trunk, "bridge vlan del vid 101 dev $HOST_END", "VLAN 101")]
    [InlineData(Trunk, "bridge vlan del vid 1 dev $HOST_END", "VLAN 1 untagged")]
    [InlineData("{}", "ip link delete cni0.100", "cni0.100")]
    [InlineData("{}", "ip address delete 10.88.0.1/24 dev cni0.100", "10.88.0.1")]
    [InlineData("{}", "ip address delete fd00:88::1/64 dev cni0.100", "fd00:88::1")]
    public void CHECK_names_the_changed_setting(string keys, string change, string words)
    {
        var node = machine.AddNode();
        AssertTold(node, keys, change, words);
    }

    /// <summary>The rule is the same as without VLANs: the link with the gateway must be up, and the pods must reach it.</summary>
    [Theory]
    [InlineData("""{"ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}""", "ip link set cni0.100 down", "cni0.100")]
    [InlineData("{}", "ip link set $GATEWAY_PORT down", "$GATEWAY_PORT")]
    [InlineData("{}", "ip link set $GATEWAY_PORT nomaster", "cni0.100")]
    [InlineData("{}", "bridge vlan del vid 100 dev $GATEWAY_PORT", "VLAN 100")]
    public void A_gateway_that_pods_cannot_reach_is_reported(string keys, string change, string words)
    {
        var node = machine.AddNode();
        AssertTold(node, keys, change, words);
    }

    [Fact]
    public void A_bridge_that_no_longer_filters_VLANs_is_reported()
    {
        var node = machine.AddNode();
        AssertTold(node, """{"ipam": {}}""", "ip link set cni0 type bridge vlan_filtering 0", "vlan_filtering");
    }

    [Fact]
    public void CHECK_ignores_additional_VLANs_of_a_port()
    {
        var node = machine.AddNode();
        var pod = node.VlanPod("pod", VlanNetwork.Routed());
        var added = pod.Add().Succeeded();
        node.Script("bridge vlan add vid 7 dev $1", added.HostEnd());

        pod.Check(added.Json).Succeeded();
    }

    static void AssertTold(Node node, string keys, string change, string words)
    {
        var pod = node.VlanPod("pod", VlanNetwork.Routed(keys));
        var added = pod.Add().Succeeded();
        var gatewayPort = change.Contains("$GATEWAY_PORT", StringComparison.Ordinal) ? node.GatewayPort() : "";
        node.Script(Named(change));

        pod.Check(added.Json).Refused(999, Named(words));

        string Named(string text) => text
            .Replace("$HOST_END", added.HostEnd(), StringComparison.Ordinal)
            .Replace("$GATEWAY_PORT", gatewayPort, StringComparison.Ordinal);
    }
}

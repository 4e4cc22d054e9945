using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;
using static CniBridge.Plugins.Tests.Bridge.BridgeAddSteps;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of ADD: its steps and its result.</summary>
public sealed class BridgeAddTests
{
    [Fact]
    public void ADD_runs_all_steps_in_order_and_undoes_none()
    {
        var node = new FakeNode { Assigned = s_dual };
        Run(node, s_gateway);
        Assert.Equal(s_steps, node.Calls);
        Assert.Equal(0, node.OpenPodLinks);
    }

    [Fact]
    public void A_plugin_that_needs_the_interface_runs_after_its_creation()
    {
        var node = new FakeNode { Assigned = s_dual, NeedsInterface = true };
        var result = Run(node, s_gateway);
        Assert.Equal(s_delegatedSteps, node.Calls);
        Assert.Equal(s_dual.Ips.Select(ip => ip with { Interface = 2 }), result.Ips);
        Assert.Same(result.Ips, node.Configured!.Result.Ips);
    }

    [Fact]
    public void The_result_names_bridge_veth_and_pod_in_this_order()
    {
        var node = new FakeNode { Assigned = s_dual };
        var result = Run(node, s_gateway);
        Assert.Equal(
        [
            new CniInterface("cni0", "02:00:00:00:00:01", ""),
            new CniInterface("veth01234567", "02:00:00:00:00:02", ""),
            new CniInterface("eth0", "02:00:00:00:00:03", Call.OwnNamespace),
        ], result.Interfaces);
        Assert.Equal(s_dual.Ips.Select(ip => ip with { Interface = 2 }), result.Ips);
        Assert.Same(result.Ips, node.Configured!.Result.Ips);
    }

    [Fact]
    public void The_gateway_of_a_VLAN_has_its_own_link_which_is_fourth_in_the_result()
    {
        var node = new FakeNode { Assigned = s_dual };
        var result = Run(node, s_vlan);
        Assert.Equal(s_vlanSteps, node.Calls);
        Assert.Equal(["cni0", "veth01234567", "eth0", "cni0.100"], result.Interfaces.Select(item => item.Name));
        Assert.Equal(new CniInterface("cni0.100", "02:00:00:00:00:04", ""), result.Interfaces[3]);
    }

    [Fact]
    public void Masquerading_uses_the_ranges_or_else_the_networks_of_the_addresses()
    {
        var node = new FakeNode { Assigned = s_dual };
        Run(node, s_masquerade);
        Assert.Equal(s_masqueradeSteps, node.Calls);

        var pool = new AddressPool(IpAddress.Parse("10.0.0.4"), IpAddress.Parse("10.0.0.9"), Cidr.Parse("10.0.0.0/24"));
        node = new FakeNode { Assigned = s_dual with { Ips = [s_dual.Ips[0]] }, Pools = [pool] };
        Run(node, s_masquerade with { IsGateway = false });
        Assert.Equal(
            ["masquerade pods v4: 10.0.0.4-10.0.0.9"], node.Calls.Where(call => call.StartsWith("masquerade", StringComparison.Ordinal)));
    }

    [Fact]
    public void ADD_without_ipMasq_removes_an_earlier_masquerade()
    {
        var node = new FakeNode { Assigned = s_dual, WasMasqueraded = true };
        Run(node, s_gateway);
        Assert.Equal("remove masquerade of pods", Assert.Single(node.Calls.Except(s_steps)));
        node = new FakeNode { Assigned = s_dual, WasMasqueraded = true };
        Run(node, s_masquerade);
        Assert.Equal(s_masqueradeSteps, node.Calls);
    }

    // The program that configures the interface also brings it up.
    [Fact]
    public void The_rules_exist_before_the_container_interface_can_be_brought_up()
    {
        foreach (var isDown in new[] { false, true })
        {
            var node = new FakeNode();
            Run(node, s_layer2 with { ChecksMacSpoofing = true, LeavesPodInterfaceDown = isDown });
            Assert.Equal(["create veth", Guard, "watch port"], node.Calls[3..6]);
        }
    }

    [Theory]
    [InlineData(false, "host-local")]
    [InlineData(true, null)]
    [InlineData(false, null)]
    public void A_VLAN_without_a_gateway_has_no_gateway_link(bool isGateway, string? ipamType)
    {
        var node = new FakeNode { Assigned = s_dual };
        Assert.Equal(3, Run(node, s_vlan with { IsGateway = isGateway, IpamType = ipamType }).Interfaces.Count);
        Assert.DoesNotContain(node.Calls, call => call.Contains("gateway", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void An_existing_bridge_is_used()
    {
        var bridge = new Link { Index = 3, Name = "cni0", Kind = "bridge", Mac = FakeNode.Mac("02:00:00:00:00:99") };
        var node = new FakeNode { Assigned = s_dual, Links = { ["cni0"] = bridge } };
        Assert.Equal("02:00:00:00:00:99", Run(node, s_gateway).Interfaces[0].Mac);
        Assert.Equal(s_steps.Except(["create bridge"]), node.Calls);
    }

    // A bridge without its own MAC takes that of its ports.
    [Fact]
    public void The_result_has_the_final_MAC_of_the_bridge()
    {
        var bridge = new Link { Index = 3, Name = "cni0", Kind = "bridge" };
        var node = new FakeNode { Assigned = s_dual, Links = { ["cni0"] = bridge }, PortMac = FakeNode.Mac("02:00:00:00:00:77") };
        Assert.Equal("02:00:00:00:00:77", Run(node, s_gateway).Interfaces[0].Mac);
    }

    [Fact]
    public void Without_isGateway_the_bridge_gets_no_address_and_forwarding_stays_off()
    {
        var node = new FakeNode { Assigned = s_dual };
        Run(node, s_gateway with { IsGateway = false });
        Assert.Equal(s_steps.Except(["addresses of cni0", Gateways, "forward v4", "forward v6", Neighbours]), node.Calls);
    }

    [Fact]
    public void Only_the_families_of_the_gateways_are_forwarded()
    {
        var node = new FakeNode { Assigned = s_dual with { Ips = [s_dual.Ips[1]] } };
        Run(node, s_gateway);
        Assert.Equal(["gateways of cni0: fd00::1/64", "forward v6"], node.Calls[^5..^3]);
    }

    [Fact]
    public void Without_address_management_the_pod_is_brought_up_without_a_plan()
    {
        var node = new FakeNode();
        var dns = new CniDns { Domain = "example" };
        var result = Run(node, s_layer2 with { Dns = dns, IsGateway = true });
        Assert.Equal(
            ["find bridge", "create bridge", "prepare bridge", "create veth", "watch port", "configure pod", "await port", "MAC of cni0"],
            node.Calls);
        Assert.Null(node.Configured);
        Assert.Equal((3, 0, dns), (result.Interfaces.Count, result.Ips.Count, result.Dns));
        Assert.Equal(0, node.OpenPodLinks);
    }

    [Fact]
    public void Address_claims_are_watched_before_the_interface_is_up()
    {
        var node = new FakeNode { Assigned = s_dual };
        Run(node, s_gateway with { DetectsDuplicates = true });
        var configured = Array.IndexOf(s_steps, "configure pod");
        Assert.Equal(
            [.. s_steps[..configured], "watch duplicates on cni0 but not veth01234567", "configure pod, without duplicates",
                .. s_steps[(configured + 1)..]],
            node.Calls);
        Assert.Equal(0, node.OpenPodLinks);
    }

    // ADD does not wait for the port, which has no carrier while the peer is down.
    [Fact]
    public void With_disableContainerInterface_the_interface_is_not_configured()
    {
        var node = new FakeNode();
        var result = Run(node, s_layer2 with { LeavesPodInterfaceDown = true });
        Assert.Equal(["find bridge", "create bridge", "prepare bridge", "create veth", "watch port", "MAC of cni0"], node.Calls);
        Assert.Equal(["cni0", "veth01234567", "eth0"], result.Interfaces.Select(item => item.Name));
        Assert.Empty(result.Ips);
        Assert.Equal(0, node.OpenPodLinks);
    }
}

using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of ADD: it completes, or leaves nothing of the attachment after a failure of any step.</summary>
public sealed class BridgeAddTests
{
    static readonly CniResult s_dual = new()
    {
        Ips =
        [
            new CniIp(Cidr.Parse("10.0.0.5/24"), IpAddress.Parse("10.0.0.1"), null),
            new CniIp(Cidr.Parse("fd00::5/64"), IpAddress.Parse("fd00::1"), null),
        ],
    };

    static readonly BridgeConfig s_gateway = new() { Bridge = "cni0", IsGateway = true, IpamType = "host-local" };
    static readonly BridgeConfig s_masquerade = s_gateway with { Masquerades = true };
    static readonly BridgeConfig s_guarded = s_gateway with { ChecksMacSpoofing = true };
    static readonly BridgeConfig s_vlan = s_gateway with { Vlan = 100, FiltersVlans = true };
    static readonly BridgeConfig s_layer2 = new() { Bridge = "cni0" };

    const string Gateways = "gateways of cni0: 10.0.0.1/24 fd00::1/64";
    const string Neighbours = "neighbours of cni0: 10.0.0.5/24 fd00::5/64 at 02:00:00:00:00:03";
    const string Announce = "announce 02:00:00:00:00:03";

    static readonly string[] s_steps =
    [
        "find bridge", "allocate", "create bridge", "prepare bridge", "create veth", "watch port", "configure pod", "await port",
        "addresses of cni0", Gateways, "forward v4", "forward v6", Neighbours, Announce, "MAC of cni0",
    ];

    /// <summary>The steps of an ADD whose IPAM plugin needs the container interface.</summary>
    static readonly string[] s_delegatedSteps =
    [
        "find bridge", "create bridge", "prepare bridge", "create veth", "watch port", "allocate", "configure pod", "await port",
        "addresses of cni0", Gateways, "forward v4", "forward v6", Neighbours, Announce, "MAC of cni0",
    ];

    const string MasqueradeV4 = "masquerade pods v4: 10.0.0.0-10.0.0.255";
    const string MasqueradeV6 = "masquerade pods v6: fd00::-fd00::ffff:ffff:ffff:ffff";

    static readonly string[] s_masqueradeSteps = [.. s_steps[..^3], MasqueradeV4, MasqueradeV6, .. s_steps[^3..]];

    const string Guard = "guard veth01234567 with 02:00:00:00:00:03 of pods/pod1/eth0";

    static readonly string[] s_guardedSteps = [.. s_steps[..5], Guard, .. s_steps[5..]];
    static readonly string[] s_guardedDelegatedSteps = [.. s_delegatedSteps[..4], Guard, .. s_delegatedSteps[4..]];

    static readonly string[] s_vlanSteps =
    [
        "find bridge", "allocate", "create bridge", "prepare bridge", "create veth", "watch port", "configure pod", "await port",
        "VLAN gateway on cni0", "addresses of cni0.100", "gateways of cni0.100: 10.0.0.1/24 fd00::1/64", "forward v4", "forward v6",
        "neighbours of cni0.100: 10.0.0.5/24 fd00::5/64 at 02:00:00:00:00:03", Announce, "MAC of cni0",
    ];

    static CniResult Run(FakeNode node, BridgeConfig config, CniRequest? request = null) =>
        new BridgeAdd(request ?? Requests.Make("{}", Call.OwnNamespace), config, config.IpamType is null ? null : node, node).Run();

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

    sealed record Kind(BridgeConfig Config, bool NeedsInterface, string[] Steps);

    static readonly Dictionary<string, Kind> s_kinds = new()
    {
        ["gateway"] = new Kind(s_gateway, false, s_steps),
        ["delegated"] = new Kind(s_gateway, true, s_delegatedSteps),
        ["VLAN"] = new Kind(s_vlan, false, s_vlanSteps),
        ["masquerade"] = new Kind(s_masquerade, false, s_masqueradeSteps),
        ["guarded"] = new Kind(s_guarded, false, s_guardedSteps),
        ["guarded and delegated"] = new Kind(s_guarded, true, s_guardedDelegatedSteps),
    };

    // The link is deleted first, because an address may be assigned again only when no pod has it.
    const string Both = "undo: delete veth|undo: release";

    const string Three = "undo: unguard|undo: delete veth|undo: release";
    const string ThreeDelegated = "undo: release|undo: unguard|undo: delete veth";

    // Addresses that a plugin requested through the interface are released before its deletion.
    const string BothDelegated = "undo: release|undo: delete veth";

    public static TheoryData<string, string, string> Failures => new()
    {
        { "gateway", "find bridge", "" },
        { "gateway", "allocate", "" },
        { "gateway", "create bridge", "undo: release" },
        { "gateway", "prepare bridge", "undo: release" },
        { "gateway", "create veth", "undo: release" },
        { "gateway", "watch port", Both },
        { "gateway", "configure pod", Both },
        { "gateway", "await port", Both },
        { "gateway", "addresses of cni0", Both },
        { "gateway", Gateways, Both },
        { "gateway", "forward v4", Both },
        { "gateway", "forward v6", Both },
        { "gateway", Neighbours, Both },
        { "gateway", Announce, Both },
        { "gateway", "MAC of cni0", Both },
        { "delegated", "find bridge", "" },
        { "delegated", "create bridge", "" },
        { "delegated", "prepare bridge", "" },
        { "delegated", "create veth", "" },
        { "delegated", "watch port", "undo: delete veth" },
        { "delegated", "allocate", "undo: delete veth" },
        { "delegated", "configure pod", BothDelegated },
        { "delegated", "await port", BothDelegated },
        { "delegated", "addresses of cni0", BothDelegated },
        { "delegated", Gateways, BothDelegated },
        { "delegated", "forward v4", BothDelegated },
        { "delegated", "forward v6", BothDelegated },
        { "delegated", Neighbours, BothDelegated },
        { "delegated", Announce, BothDelegated },
        { "delegated", "MAC of cni0", BothDelegated },
        { "VLAN", "find bridge", "" },
        { "VLAN", "allocate", "" },
        { "VLAN", "create bridge", "undo: release" },
        { "VLAN", "prepare bridge", "undo: release" },
        { "VLAN", "create veth", "undo: release" },
        { "VLAN", "watch port", Both },
        { "VLAN", "configure pod", Both },
        { "VLAN", "await port", Both },
        { "VLAN", "VLAN gateway on cni0", Both },
        { "VLAN", "addresses of cni0.100", Both },
        { "VLAN", "gateways of cni0.100: 10.0.0.1/24 fd00::1/64", Both },
        { "VLAN", "forward v4", Both },
        { "VLAN", "forward v6", Both },
        { "VLAN", "neighbours of cni0.100: 10.0.0.5/24 fd00::5/64 at 02:00:00:00:00:03", Both },
        { "VLAN", Announce, Both },
        { "VLAN", "MAC of cni0", Both },
        { "masquerade", "find bridge", "" },
        { "masquerade", "allocate", "" },
        { "masquerade", "create bridge", "undo: release" },
        { "masquerade", "prepare bridge", "undo: release" },
        { "masquerade", "create veth", "undo: release" },
        { "masquerade", "watch port", Both },
        { "masquerade", "configure pod", Both },
        { "masquerade", "await port", Both },
        { "masquerade", "addresses of cni0", Both },
        { "masquerade", Gateways, Both },
        { "masquerade", "forward v4", Both },
        { "masquerade", "forward v6", Both },
        { "masquerade", MasqueradeV4, Both },
        { "masquerade", MasqueradeV6, Both },
        { "masquerade", Neighbours, Both },
        { "masquerade", Announce, Both },
        { "masquerade", "MAC of cni0", Both },
        { "guarded", "find bridge", "" },
        { "guarded", "allocate", "" },
        { "guarded", "create bridge", "undo: release" },
        { "guarded", "prepare bridge", "undo: release" },
        { "guarded", "create veth", "undo: release" },
        { "guarded", Guard, Both },
        { "guarded", "watch port", Three },
        { "guarded", "configure pod", Three },
        { "guarded", "await port", Three },
        { "guarded", "addresses of cni0", Three },
        { "guarded", Gateways, Three },
        { "guarded", "forward v4", Three },
        { "guarded", "forward v6", Three },
        { "guarded", Neighbours, Three },
        { "guarded", Announce, Three },
        { "guarded", "MAC of cni0", Three },
        { "guarded and delegated", "find bridge", "" },
        { "guarded and delegated", "create bridge", "" },
        { "guarded and delegated", "prepare bridge", "" },
        { "guarded and delegated", "create veth", "" },
        { "guarded and delegated", Guard, "undo: delete veth" },
        { "guarded and delegated", "watch port", "undo: unguard|undo: delete veth" },
        { "guarded and delegated", "allocate", "undo: unguard|undo: delete veth" },
        { "guarded and delegated", "configure pod", ThreeDelegated },
        { "guarded and delegated", "await port", ThreeDelegated },
        { "guarded and delegated", "addresses of cni0", ThreeDelegated },
        { "guarded and delegated", Gateways, ThreeDelegated },
        { "guarded and delegated", "forward v4", ThreeDelegated },
        { "guarded and delegated", "forward v6", ThreeDelegated },
        { "guarded and delegated", Neighbours, ThreeDelegated },
        { "guarded and delegated", Announce, ThreeDelegated },
        { "guarded and delegated", "MAC of cni0", ThreeDelegated },
    };

    static FakeNode Failing(string kind, params IEnumerable<string> steps) =>
        new() { Assigned = s_dual, NeedsInterface = s_kinds[kind].NeedsInterface, Failing = [.. steps] };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failed_step_ends_ADD_and_earlier_steps_are_undone_newest_first(string kind, string step, string undos)
    {
        var node = Failing(kind, step);
        var failure = Assert.Throws<KernelException>(() => Run(node, s_kinds[kind].Config));
        Assert.Equal(step, failure.Operation);
        Assert.Equal(Expected(kind, step, undos), node.Calls);
        Assert.Equal(0, node.OpenPodLinks);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failed_undo_is_logged_and_the_first_failure_is_reported(string kind, string step, string undos)
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var node = Failing(kind, step, "undo: unguard", "undo: delete veth", "undo: release");
        var failure = Assert.Throws<KernelException>(
            () => Run(node, s_kinds[kind].Config, Requests.Make("{}", Call.OwnNamespace, log: log)));
        Assert.Equal(step, failure.Operation);
        Assert.Equal(Expected(kind, step, undos), node.Calls);
        var lines = log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(undos.Split('|', StringSplitOptions.RemoveEmptyEntries).Length, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("rollback: could not ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_of_failures_contains_every_step() => Assert.Equal(
        s_kinds.SelectMany(pair => pair.Value.Steps.Select(step => (pair.Key, step))),
        Failures.Select(row => (row.Data.Item1, row.Data.Item2)));

    static IEnumerable<string> Expected(string kind, string step, string undos) =>
    [
        .. s_kinds[kind].Steps.Take(Array.IndexOf(s_kinds[kind].Steps, step) + 1),
        .. undos.Split('|', StringSplitOptions.RemoveEmptyEntries),
    ];

    [Fact]
    public void A_route_with_mixed_families_releases_the_address()
    {
        var route = new CniRoute(Cidr.Parse("0.0.0.0/0"), IpAddress.Parse("fd00::1"));
        var node = new FakeNode { Assigned = s_dual with { Routes = [route] } };
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => Run(node, s_gateway), "address families");
        Assert.Equal(["find bridge", "allocate", "undo: release"], node.Calls);

        node = new FakeNode { Assigned = s_dual with { Routes = [route] }, NeedsInterface = true };
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => Run(node, s_gateway), "address families");
        Assert.Equal([.. s_delegatedSteps[..6], "undo: release", "undo: delete veth"], node.Calls);
    }

    [Theory]
    [InlineData("/no/such/namespace", "no such file or directory")]
    [InlineData("/etc/hostname", "is not a network namespace")]
    [InlineData("/tmp", "is not a network namespace")]
    [InlineData("/proc/self/ns/mnt", "is not a network namespace")]
    public void ADD_without_a_valid_namespace_changes_nothing(string netns, string why)
    {
        var node = new FakeNode { Assigned = s_dual };
        Requests.AssertRefused(CniErrorCode.InvalidEnvironment, () => Run(node, s_gateway, Requests.Make("{}", netns)),
            $"failed to open netns \"{netns}\": ", why);
        Assert.Empty(node.Calls);
    }

    // The oldest results need an address, so this is checked before any change.
    [Theory]
    [InlineData("0.1.0", false)]
    [InlineData("0.2.0", false)]
    [InlineData("0.3.0", true)]
    [InlineData("1.1.0", true)]
    public void A_network_without_addresses_needs_version_0_3_0(string version, bool isFine)
    {
        var node = new FakeNode();
        var request = Requests.Make("{}", Call.OwnNamespace, version);
        if (isFine)
            Assert.Equal(3, Run(node, s_layer2, request).Interfaces.Count);
        else
            Requests.AssertRefused(CniErrorCode.InvalidConfig, () => Run(node, s_layer2, request), "cannot convert: no valid IP addresses");
        Assert.Equal(isFine, node.Calls.Count > 0);
    }
}

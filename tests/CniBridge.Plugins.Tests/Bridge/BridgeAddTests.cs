using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>ADD makes everything or leaves nothing of the attachment, whatever step fails.</summary>
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
    static readonly BridgeConfig s_layer2 = new() { Bridge = "cni0" };

    const string Gateways = "gateways 10.0.0.1/24 fd00::1/64";

    static readonly string[] s_steps =
    [
        "find bridge", "allocate", "create bridge", "prepare bridge", "create veth", "configure pod", "await port",
        Gateways, "forward v4", "forward v6",
    ];

    static CniResult Run(FakeNode node, BridgeConfig config, CniRequest? request = null) =>
        new BridgeAdd(request ?? Requests.Make("{}", Call.OwnNamespace), config, config.IpamType is null ? null : node, node).Run();

    [Fact]
    public void All_steps_run_in_their_order_and_nothing_is_undone()
    {
        var node = new FakeNode { Assigned = s_dual };
        Run(node, s_gateway);
        Assert.Equal(s_steps, node.Calls);
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
    public void A_bridge_that_is_there_is_taken()
    {
        var bridge = new Link { Index = 3, Name = "cni0", Kind = "bridge", Mac = FakeNode.Mac("02:00:00:00:00:99") };
        var node = new FakeNode { Assigned = s_dual, Links = { ["cni0"] = bridge } };
        Assert.Equal("02:00:00:00:00:99", Run(node, s_gateway).Interfaces[0].Mac);
        Assert.Equal(s_steps.Except(["create bridge"]), node.Calls);
    }

    [Fact]
    public void A_bridge_that_is_no_gateway_gets_no_addresses_and_nothing_is_forwarded()
    {
        var node = new FakeNode { Assigned = s_dual };
        Run(node, s_gateway with { IsGateway = false });
        Assert.Equal(s_steps.Except([Gateways, "forward v4", "forward v6"]), node.Calls);
    }

    [Fact]
    public void Only_the_families_of_the_gateways_are_forwarded()
    {
        var node = new FakeNode { Assigned = s_dual with { Ips = [s_dual.Ips[1]] } };
        Run(node, s_gateway with { ForceAddress = true });
        Assert.Equal(["gateways fd00::1/64 by force", "forward v6"], node.Calls[^2..]);
    }

    [Fact]
    public void Without_address_management_the_pod_is_brought_up_without_a_plan()
    {
        var node = new FakeNode();
        var dns = new CniDns { Domain = "example" };
        var result = Run(node, s_layer2 with { Dns = dns, IsGateway = true });
        Assert.Equal(["find bridge", "create bridge", "prepare bridge", "create veth", "configure pod", "await port"], node.Calls);
        Assert.Null(node.Configured);
        Assert.Equal((3, 0, dns), (result.Interfaces.Count, result.Ips.Count, result.Dns));
    }

    public static TheoryData<string, string> Failures => new()
    {
        { "find bridge", "" },
        { "allocate", "" },
        { "create bridge", "undo: release" },
        { "prepare bridge", "undo: release" },
        { "create veth", "undo: release" },
        // The link goes first: an address may be handed out again only when nobody has it any more.
        { "configure pod", "undo: delete veth|undo: release" },
        { "await port", "undo: delete veth|undo: release" },
        { Gateways, "undo: delete veth|undo: release" },
        { "forward v4", "undo: delete veth|undo: release" },
        { "forward v6", "undo: delete veth|undo: release" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_step_that_fails_ends_it_and_what_was_made_is_undone_newest_first(string step, string undos)
    {
        var node = new FakeNode { Assigned = s_dual, Failing = { step } };
        var failure = Assert.Throws<KernelException>(() => Run(node, s_gateway));
        Assert.Equal(step, failure.Operation);
        Assert.Equal(Expected(step, undos), node.Calls);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void An_undo_that_fails_is_logged_and_the_first_failure_is_told(string step, string undos)
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var node = new FakeNode { Assigned = s_dual, Failing = { step, "undo: delete veth", "undo: release" } };
        var failure = Assert.Throws<KernelException>(
            () => Run(node, s_gateway, Requests.Make("{}", Call.OwnNamespace, log: log)));
        Assert.Equal(step, failure.Operation);
        Assert.Equal(Expected(step, undos), node.Calls);
        var lines = log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(undos.Split('|', StringSplitOptions.RemoveEmptyEntries).Length, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("rollback: could not ", line, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_step_is_in_the_table_of_failures() => Assert.Equal(s_steps, Failures.Select(row => row.Data.Item1));

    static IEnumerable<string> Expected(string step, string undos) =>
        [.. s_steps.Take(Array.IndexOf(s_steps, step) + 1), .. undos.Split('|', StringSplitOptions.RemoveEmptyEntries)];

    [Fact]
    public void A_route_that_no_kernel_takes_gives_the_address_back()
    {
        var route = new CniRoute(Cidr.Parse("0.0.0.0/0"), IpAddress.Parse("fd00::1"));
        var node = new FakeNode { Assigned = s_dual with { Routes = [route] } };
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => Run(node, s_gateway), "address families");
        Assert.Equal(["find bridge", "allocate", "undo: release"], node.Calls);
    }

    [Theory]
    [InlineData("/no/such/namespace", "no such file or directory")]
    [InlineData("/etc/hostname", "is not a network namespace")]
    [InlineData("/tmp", "is not a network namespace")]
    [InlineData("/proc/self/ns/mnt", "is not a network namespace")]
    public void Without_its_namespace_nothing_is_touched(string netns, string why)
    {
        var node = new FakeNode { Assigned = s_dual };
        Requests.AssertRefused(CniErrorCode.InvalidEnvironment, () => Run(node, s_gateway, Requests.Make("{}", netns)),
            $"failed to open netns \"{netns}\": ", why);
        Assert.Empty(node.Calls);
    }

    // The oldest results need an address: that is known before anything is made.
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

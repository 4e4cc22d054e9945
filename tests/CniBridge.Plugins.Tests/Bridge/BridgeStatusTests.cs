using CniBridge.Linux;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class BridgeStatusTests
{
    /// <summary>The name of a link that does not exist, so it has no IPv6 settings.</summary>
    const string Bridge = "br-none";

    static readonly BridgeConfig s_config = new() { Bridge = Bridge, IpamType = "host-local" };

    static FakeNode Node(bool hasBridge, bool servesIPv6 = false, string? failing = null) => new()
    {
        Links = hasBridge ? new() { [Bridge] = new Link { Index = 3, Name = Bridge, Kind = "bridge" } } : [],
        ServesIPv6 = servesIPv6,
        Failing = failing is null ? [] : [failing],
    };

    static void Run(FakeNode node, BridgeConfig config) =>
        new BridgeStatus("pods", config, config.IpamType is null ? null : node, node).Run();

    [Theory]
    [InlineData(true, true, "find bridge|report status")]
    [InlineData(true, false, "find bridge")]
    // Without a bridge, the kernel is tried in a separate namespace.
    [InlineData(false, true, "find bridge|try kernel|report status")]
    [InlineData(false, false, "find bridge|try kernel")]
    public void STATUS_tries_the_kernel_without_a_bridge_and_runs_IPAM_last(
        bool hasBridge, bool hasAddresses, string calls)
    {
        var node = Node(hasBridge);
        Run(node, s_config with { IpamType = hasAddresses ? "host-local" : null });
        Assert.Equal(calls.Split('|'), node.Calls);
    }

    [Theory]
    [InlineData("find bridge", true)]
    [InlineData("report status", true)]
    [InlineData("find bridge", false)]
    [InlineData("try kernel", false)]
    [InlineData("report status", false)]
    public void STATUS_reports_a_reason_why_every_ADD_fails(string step, bool hasBridge)
    {
        var node = Node(hasBridge, failing: step);
        Assert.Equal(step, Assert.Throws<KernelException>(() => Run(node, s_config)).Operation);
        Assert.Equal(step, node.Calls[^1]);
    }

    [Theory]
    [InlineData(true, "find bridge|try masquerade of pods|report status")]
    [InlineData(false, "find bridge|try kernel|try masquerade of pods|report status")]
    public void STATUS_with_ipMasq_needs_nftables(bool hasBridge, string calls)
    {
        var node = Node(hasBridge);
        Run(node, s_config with { Masquerades = true });
        Assert.Equal(calls.Split('|'), node.Calls);
        node = Node(hasBridge, failing: "try masquerade of pods");
        Assert.Throws<KernelException>(() => Run(node, s_config with { Masquerades = true }));
    }

    [Theory]
    [InlineData(true, "find bridge|try spoof check of pods|report status")]
    [InlineData(false, "find bridge|try kernel|try spoof check of pods|report status")]
    public void STATUS_with_macspoofchk_needs_nftables_for_bridges(bool hasBridge, string calls)
    {
        var node = Node(hasBridge);
        Run(node, s_config with { ChecksMacSpoofing = true });
        Assert.Equal(calls.Split('|'), node.Calls);
        node = Node(hasBridge, failing: "try spoof check of pods");
        Assert.Throws<KernelException>(() => Run(node, s_config with { ChecksMacSpoofing = true }));
    }

    [Fact]
    public void STATUS_fails_for_an_IPv6_range_if_the_bridge_accepts_no_IPv6()
    {
        var node = Node(hasBridge: true, servesIPv6: true);
        Requests.AssertRefused(CniErrorCode.IoFailure, () => Run(node, s_config with { IsGateway = true }),
            "no IPv6 for br-none: there is no net.ipv6.conf.br-none.disable_ipv6");
        Assert.Equal(["find bridge"], node.Calls);
    }

    [Fact]
    public void STATUS_fails_for_an_IPv6_range_if_the_VLAN_gateway_accepts_no_IPv6()
    {
        var node = Node(hasBridge: true, servesIPv6: true);
        node.Links["br-none.100"] = new Link { Index = 4, Name = "br-none.100", Kind = "veth" };
        Requests.AssertRefused(CniErrorCode.IoFailure, () => Run(node, s_config with { IsGateway = true, Vlan = 100 }),
            "no IPv6 for br-none.100: there is no net.ipv6.conf.br-none.100.disable_ipv6");
    }

    [Theory]
    [InlineData(true, true, false, 0)]
    [InlineData(true, false, true, 0)]
    // The gateway of a VLAN is on a separate link, which does not exist yet.
    [InlineData(true, true, true, 100)]
    // A missing bridge will have the settings of new links.
    [InlineData(false, true, true, 0)]
    public void STATUS_without_IPv6_ranges_does_not_need_IPv6_on_the_bridge(bool hasBridge, bool isGateway, bool servesIPv6, int vlan)
    {
        var node = Node(hasBridge, servesIPv6);
        Run(node, s_config with { IsGateway = isGateway, Vlan = vlan });
        Assert.Equal("report status", node.Calls[^1]);
    }
}

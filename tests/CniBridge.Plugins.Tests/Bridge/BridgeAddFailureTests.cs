using System.Globalization;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;
using static CniBridge.Plugins.Tests.Bridge.BridgeAddSteps;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of failed steps of ADD: it leaves nothing of the attachment.</summary>
public sealed class BridgeAddFailureTests
{
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

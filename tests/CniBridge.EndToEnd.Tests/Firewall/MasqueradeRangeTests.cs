using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Firewall.MasqueradeNode;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>Tests of masquerade rules after a change of ranges or networks.</summary>
[RunsFirst]
public sealed class MasqueradeRangeTests
{
    [Fact]
    public void Changed_nonMasqueradeCIDRs_replace_the_rule()
    {
        using var node = NewNode("pod", "second");
        var outside = new OutsideWorld(node);
        var added = Add(node, "pod");
        var before = Ruleset(node);
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.FarV4));

        const string keys = """{"ipMasq": true, "nonMasqueradeCIDRs": ["198.51.100.0/24"]}""";
        Add(node, "second", keys);

        Assert.Equal(2, Objects(node, "rule").Count);
        Assert.Equal(4, Objects(node, "set").Count);
        // The kernel remembers the translation of a connection, and the same ping belongs to it.
        Assert.Equal("10.88.0.3", outside.SenderSeen("second", OutsideWorld.FarV4));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("second", OutsideWorld.HostV4));
        Call(node, "CHECK", "pod", keys).WithPrevious(added).Succeed();

        Call(node, "DEL", "second").Succeed();
        Add(node, "second");
        Assert.Equal(before, Ruleset(node));
    }

    [Fact]
    public void Pods_of_a_former_range_stay_masqueraded()
    {
        using var node = NewNode("old", "new");
        var outside = new OutsideWorld(node);
        const string range = """{"ipMasq": true, "ipam": {"type": "host-local", "subnet": "10.SECOND.0.0/24"}}""";
        var oldRange = range.Replace("SECOND", "88", StringComparison.Ordinal);
        var newRange = range.Replace("SECOND", "89", StringComparison.Ordinal);
        var added = Add(node, "old", oldRange);
        Add(node, "new", newRange);

        Assert.Single(Objects(node, "rule"));
        Assert.Equal(2, Objects(node, "set").Count);
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("old", OutsideWorld.HostV4));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("new", OutsideWorld.HostV4));
        outside.Watch("old");
        Assert.Equal("10.89.0.2", outside.SenderSeen("new", "10.88.0.2", "old"));
        Call(node, "CHECK", "old", newRange).WithPrevious(added).Succeed();
        Assert.Contains("10.88.0.1-10.88.0.254", Ruleset(node), StringComparison.Ordinal);
        Assert.Contains("10.89.0.1-10.89.0.254", Ruleset(node), StringComparison.Ordinal);
    }

    // A LAN outside may have the range by then. Without a masquerade it has no route back.
    [Theory]
    [InlineData("DEL")]
    [InlineData("GC")]
    [InlineData("repair")]
    public void A_former_range_counts_as_outside_after_its_last_pod(string how)
    {
        using var node = NewNode("old", "new");
        var outside = new OutsideWorld(node);
        const string range = """
            {"cniVersion": "1.1.0", "ipMasq": true, "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.SECOND.0.0/24"}], [{"subnet": "fd00:SECOND::/64"}]]}}
            """;
        var oldRange = range.Replace("SECOND", "88", StringComparison.Ordinal);
        var newRange = range.Replace("SECOND", "89", StringComparison.Ordinal);
        Add(node, "old", oldRange);
        Add(node, "new", newRange);
        Assert.Contains("10.88.0.1-10.88.0.254", Ruleset(node), StringComparison.Ordinal);
        Assert.Contains("fd00:88::1-", Ruleset(node), StringComparison.Ordinal);
        var handles = Handles(node);
        Call(node, "DEL", "unknown", newRange).Succeed();
        Assert.Equal(handles, Handles(node));

        switch (how)
        {
            case "DEL":
                Call(node, "DEL", "old", oldRange).Succeed();
                break;
            case "GC":
                const string valid = """{"cni.dev/valid-attachments": [{"containerID": "container-new", "ifname": "eth0"}]}""";
                RawCall.Of(node, "GC", Configurations.With(newRange, valid), "new").Succeed();
                break;
            default:
                node.Run("sh", "-ec", "rm /var/lib/cni/networks/podnet/*88*").Succeeded();
                Assert.Equal("nothing was missing\n", Repair(node));
                break;
        }

        Assert.DoesNotContain("88", Ruleset(node), StringComparison.Ordinal);
        node.Run("sh", "-ec", $"""
            ip address del 10.88.0.1/24 dev cni0
            ip address del fd00:88::1/64 dev cni0
            ip -n outside address add 10.88.0.77/32 dev lo
            ip -n outside address add fd00:88::77/128 dev lo
            ip route add 10.88.0.0/24 via {OutsideWorld.HostV4}
            ip route add fd00:88::/64 via {OutsideWorld.HostV6}
            """).Succeeded();
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("new", "10.88.0.77"));
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("new", "fd00:88::77"));
        node.AssertPodReaches("new", "10.88.0.77");
        node.AssertPodReaches("new", "fd00:88::77");
    }

    [Fact]
    public void The_kernel_accepts_sets_of_overlapping_or_complete_ranges()
    {
        using var node = NewNode("pod", "second");
        const string ranges = """
            {
              "ranges": [[{"subnet": "10.88.0.0/24", "rangeEnd": "10.88.0.9"}, {"subnet": "10.88.0.0/24", "rangeStart": "10.88.0.10"}],
                         [{"subnet": "fd00:88::/64"}]]
            }
            """;
        RawCall.Of(node, "ADD", Configurations.WithIpam(ranges,
            """{"ipMasq": true, "nonMasqueradeCIDRs": ["0.0.0.0/0", "10.0.0.0/8", "::/0", "fd00::/8"]}""")).Succeed();
        Assert.Contains("10.88.0.1-10.88.0.254 ", Ruleset(node), StringComparison.Ordinal);
        var outside = new OutsideWorld(node);
        Assert.Equal("10.88.0.2", outside.SenderSeen("pod", OutsideWorld.HostV4));
        Assert.Equal("fd00:88::2", outside.SenderSeen("pod", OutsideWorld.HostV6));
        // The state of former ranges is read from the kernel.
        RawCall.Of(node, "ADD", Configurations.WithIpam(ranges, On), "second").Succeed();
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("second", OutsideWorld.HostV6));
    }

    [Fact]
    public void Networks_of_addresses_of_another_IPAM_plugin_are_masqueraded()
    {
        using var node = NewNode("pod", "second");
        var ipam = new ScriptedIpam(node);
        var outside = new OutsideWorld(node);
        var network = ScriptedIpam.Network(On);
        var added = RawCall.Of(node, "ADD", network).Succeed();
        ipam.Does("ADD", ScriptedIpam.Answer("""{"ips": [{"address": "10.77.0.9/24"}]}"""));
        RawCall.Of(node, "ADD", network, "second").Succeed();

        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.HostV4));
        Assert.Equal(OutsideWorld.NodeV6, outside.SenderSeen("pod", OutsideWorld.HostV6));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("second", OutsideWorld.HostV4));
        Assert.Equal(2, Objects(node, "rule").Count);
        RawCall.Of(node, "CHECK", network).WithPrevious(added).Succeed();
    }
}

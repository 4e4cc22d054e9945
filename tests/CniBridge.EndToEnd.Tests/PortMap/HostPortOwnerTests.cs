using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of the owner of a host port from ADD to DEL, also if one of them is missing.</summary>
public sealed class HostPortOwnerTests
{
    internal const string Owner = "podnet/container-pod/eth0", Other = "podnet/container-other/eth0";

    internal static readonly string s_port = Only(8080, 80);

    [Fact]
    public void A_host_port_of_another_pod_is_refused_with_its_name_and_nothing_changes()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Add("pod", $"[{Mapping(8080, 80)}, {Mapping(53, 53, "udp", "10.88.0.1")}]");
        var before = node.Handles;

        node.Call("ADD", "other", s_port).Fail(999, Owner, "host port 8080/tcp of any address", "hostPort = 8080");
        node.Call("ADD", "other", $"[{Mapping(9090, 80)}, {Mapping(53, 1, "udp", "10.88.0.1")}]")
            .Fail(999, Owner, "host port 53/udp of 10.88.0.1");
        node.Call("ADD", "other", s_port, """{"name": "elsewhere"}""").Fail(999, Owner);

        Assert.Equal(before, node.Handles);
        Assert.Equal(["podnet,container-pod,eth0"], node.Records);
        // The same port of another protocol or address does not conflict.
        node.Add("other", $"[{Mapping(8080, 80, "udp")}, {Mapping(8080, 80, "tcp", "10.88.0.1")}, {Mapping(53, 1, "udp", "10.88.0.9")}]");
    }

    // The kernel remembers the translation of a sender's datagrams for half a minute, which would lead them to the old pod.
    [Theory]
    [InlineData(OutsideWorld.NodeV4)]
    [InlineData(OutsideWorld.NodeV6)]
    public void A_client_with_a_fixed_source_port_reaches_the_next_pod_at_once(string address)
    {
        using var node = HostPortNode.With("pod", "other").WithOutside();
        node.Serve("pod", "udp/53");
        node.Serve("other", "udp/53");
        node.Add("pod", Only(5353, 53, "udp"));
        Assert.StartsWith("pod ", node.Ask(Outside, "udp", address, 5353, ownPort: 40_000), StringComparison.Ordinal);
        node.Call("DEL", "pod", "[]").Succeed();
        node.Add("other", Only(5353, 53, "udp"));
        Assert.StartsWith("other ", node.Ask(Outside, "udp", address, 5353, ownPort: 40_000), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_sent_before_the_host_port_existed_reaches_the_pod_at_once()
    {
        using var node = HostPortNode.With("pod").WithOutside();
        node.Serve("pod", "udp/53");
        Assert.StartsWith("no answer", node.Ask(Outside, "udp", OutsideWorld.NodeV4, 5353, ownPort: 40_000), StringComparison.Ordinal);
        node.Add("pod", Only(5353, 53, "udp"));
        Assert.StartsWith("pod ", node.Ask(Outside, "udp", OutsideWorld.NodeV4, 5353, ownPort: 40_000), StringComparison.Ordinal);
    }

    [Fact]
    public void Repair_after_a_flush_restores_the_ports_of_running_pods()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Serve("pod", "tcp/80");
        node.Add("pod", s_port);
        node.Add("other", Only(9090, 80));
        var before = node.Ruleset;
        node.Node.Run("ip", "netns", "delete", "other").Succeeded();
        node.Node.Run("nft", "flush", "ruleset").Succeeded();
        node.Call("CHECK", "pod", s_port).Fail(999, Owner);

        var told = Repair(node);

        Assert.Contains($"host port 8080/tcp of any address of {Owner}", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Other, told, StringComparison.Ordinal);
        Assert.StartsWith("pod ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        node.Call("CHECK", "pod", s_port).Succeed();
        Assert.Equal(0, node.CountOf(Other));
        Assert.Equal("nothing was missing\n", Repair(node));
        Assert.NotEqual(before, node.Ruleset);
    }

    static string Repair(HostPortNode node) =>
        node.Node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "repair").Succeeded().Stdout;

    [Fact]
    public void A_repeated_ADD_changes_nothing()
    {
        using var node = HostPortNode.With("pod");
        var first = node.Add("pod", s_port);
        var before = node.Handles;
        Assert.Equal(first.Stdout, node.Add("pod", s_port).Stdout);
        Assert.Equal(before, node.Handles);
        node.Call("CHECK", "pod", s_port).Succeed();
    }

    [Fact]
    public void An_ADD_with_other_ports_replaces_those_of_the_attachment()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Serve("pod", "tcp/80", "tcp/81");
        node.Add("pod", $"[{Mapping(8080, 80)}, {Mapping(8081, 80)}]", """{"masqAll": true}""");
        node.Add("pod", $"[{Mapping(8080, 81)}, {Mapping(8082, 80)}]");

        Assert.StartsWith("pod ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        Assert.StartsWith("pod ", node.Ask(TheNode, "tcp", "127.0.0.1", 8082), StringComparison.Ordinal);
        node.AssertNoAnswer(TheNode, "tcp", "127.0.0.1", 8081);
        Assert.DoesNotContain("8081", node.Ruleset, StringComparison.Ordinal);
        node.Add("other", Only(8081, 80));
        node.Call("DEL", "pod", "[]").Succeed();
        Assert.Equal(0, node.CountOf(Owner));
    }

    [Fact]
    public void The_port_of_a_missing_pod_is_taken_over_and_its_late_DEL_keeps_it()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Serve("other", "tcp/80");
        var ports = $"[{Mapping(8080, 80)}, {Mapping(8081, 80)}]";
        node.Add("pod", ports);
        node.Detach("pod");
        node.Node.Run("ip", "netns", "del", "pod").Succeeded();

        node.Add("other", s_port);

        Assert.StartsWith("other ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        node.Call("DEL", "pod", ports).Succeed();
        Assert.Equal(0, node.CountOf(Owner));
        Assert.Equal(["podnet,container-other,eth0"], node.Records);
        Assert.StartsWith("other ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);
        node.Call("CHECK", "other", s_port).Succeed();
    }

    // The next pod got the address, and its masquerade.
    [Fact]
    public void A_late_DEL_keeps_the_ports_of_a_pod_with_the_same_address()
    {
        const string one = """{"ipam": {"type": "host-local", "subnet": "10.88.0.0/30"}, "hairpinMode": true}""";
        using var node = HostPortNode.Of(one, "pod");
        node.Add("pod", s_port);
        node.Detach("pod");
        node.Attach("other");
        Assert.Equal("10.88.0.2", node.AddressOf("other", isV6: false));
        node.Serve("other", "tcp/80");
        node.Add("other", Only(9090, 80));
        node.Call("DEL", "pod", s_port).Succeed();

        Assert.Equal("other 10.88.0.1", node.Ask(TheNode, "tcp", "127.0.0.1", 9090));
        Assert.Equal("other 10.88.0.1", node.Ask("other", "tcp", "10.88.0.1", 9090));
        node.Call("CHECK", "other", Only(9090, 80)).Succeed();
    }

    [Fact]
    public void An_owner_without_a_record_counts_as_alive_and_can_be_added_and_deleted()
    {
        using var node = HostPortNode.With("pod", "other");
        node.Add("pod", s_port);
        node.Node.Run("rm", "-r", "/run/cni-bridge").Succeeded();
        node.Call("ADD", "other", s_port).Fail(999, Owner);
        node.Call("DEL", "other", s_port).Succeed();
        node.Add("pod", s_port);
        node.Call("CHECK", "pod", s_port).Succeed();

        node.Node.Run("rm", "-r", "/run/cni-bridge").Succeeded();
        // DEL does not need the previous result.
        node.CallWithoutResult("DEL", "pod", s_port).Succeed();
        node.AssertNothingLeft();
        node.Add("other", s_port);
    }
}

using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of "disableContainerInterface": another program, such as a virtual machine, configures the container interface.</summary>
public sealed class DisabledInterfaceTests
{
    const string Disabled = """{"disableContainerInterface": true, "ipam": {}}""";

    [Fact]
    public void The_container_interface_exists_is_down_and_has_no_address()
    {
        Requirement.Programs("strace");
        using var node = NewNode();

        var added = (Call(node, "ADD") with { Wrapper = WaitTrace.Wrapper("add") }).Succeed();

        // A port without a carrier never becomes ready, so ADD does not wait for it.
        WaitTrace.AssertNoneTimedOut(node, "add");
        var interfaces = added.Json.GetProperty("interfaces").EnumerateArray().ToList();
        var hostEnd = Assert.Single(node.PodLinks(PodNetwork.Bridge));
        Assert.Equal(
            [("cni0", null), (hostEnd, null), ("eth0", "/run/netns/pod")],
            interfaces.Select(item => (
                item.GetProperty("name").GetString(),
                item.TryGetProperty("sandbox", out var sandbox) ? sandbox.GetString() : null)));
        Assert.False(added.Json.TryGetProperty("ips", out _));
        var link = node.IpJsonInPod("pod", "address", "show", "eth0")[0];
        Assert.DoesNotContain("UP", link.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()));
        Assert.Empty(link.GetProperty("addr_info").EnumerateArray());
        Assert.Equal(
            interfaces[2].GetProperty("mac").GetString(), link.GetProperty("address").GetString());
        Assert.Equal("cni0", node.IpJson("link", "show", hostEnd)[0].GetProperty("master").GetString());
        Assert.Empty(node.CniFiles());
    }

    [Theory]
    [InlineData("true")]
    [InlineData("ip -n pod link set eth0 up")]
    [InlineData("ip -n pod link set eth0 up; ip -n pod address add 192.0.2.1/24 dev eth0")]
    public void CHECK_and_DEL_succeed_in_any_state_of_the_container_interface(string command)
    {
        using var node = NewNode();
        var added = Call(node, "ADD").Succeed();
        node.Run("sh", "-ec", command).Succeeded();

        Call(node, "CHECK").WithPrevious(added).Succeed();
        Call(node, "DEL").WithPrevious(added).Succeed();

        node.AssertNoResidue("pod");
        Call(node, "DEL").Succeed();
    }

    [Fact]
    public void DEL_without_the_namespace_leaves_nothing()
    {
        using var node = NewNode();
        Call(node, "ADD").Succeed();

        Call(node, "DEL").With("CNI_NETNS", null).Succeed();

        node.AssertNoResidue("pod");
    }

    [Fact]
    public void Other_keys_of_the_veth_pair_and_its_port_have_their_effect()
    {
        using var node = NewNode();
        const string keys = """
            {
              "disableContainerInterface": true, "ipam": {"type": ""}, "mtu": 1400, "hairpinMode": true,
              "runtimeConfig": {"mac": "02:00:00:00:00:01"}
            }
            """;

        var added = RawCall.Of(node, "ADD", Configurations.With(keys)).Succeed();

        var link = node.IpJsonInPod("pod", "link", "show", "eth0")[0];
        Assert.Equal(1400, link.GetProperty("mtu").GetInt32());
        Assert.Equal("02:00:00:00:00:01", link.GetProperty("address").GetString());
        var hostEnd = Assert.Single(node.PodLinks(PodNetwork.Bridge));
        var port = node.IpJson("link", "show", hostEnd)[0].GetProperty("linkinfo").GetProperty("info_slave_data");
        Assert.True(port.GetProperty("hairpin").GetBoolean());
        RawCall.Of(node, "CHECK", Configurations.With(keys)).WithPrevious(added).Succeed();
    }

    [Fact]
    public void A_container_interface_that_is_brought_up_later_is_connected()
    {
        using var node = NewNode();
        node.AddPod("other");
        Call(node, "ADD").Succeed();
        RawCall.Of(node, "ADD", Configurations.Plain, "other").Succeed();
        node.Run("sh", "-ec", "ip -n pod address add 10.88.0.9/24 dev eth0; ip -n pod link set eth0 up").Succeeded();

        // With -w, ping continues until the first answer.
        NodeState.AssertReply(node.InPod("pod", "ping", "-c1", "-w10", "10.88.0.2"));
    }

    static RawCall Call(ScratchNode node, string verb) => RawCall.Of(node, verb, Configurations.With(Disabled));

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

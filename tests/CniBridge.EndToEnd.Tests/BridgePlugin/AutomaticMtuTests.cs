using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of "mtu": "auto": pods can send packets as large as the node can.</summary>
public sealed class AutomaticMtuTests
{
    const string Configuration = """{"mtu": "auto"}""";

    [Theory]
    [InlineData(1280, "veth")]
    [InlineData(1420, "veth")]
    [InlineData(1460, "veth")]
    [InlineData(1500, "veth")]
    [InlineData(9001, "veth")]
    [InlineData(1280, "tap")]
    [InlineData(1420, "tap")]
    [InlineData(9001, "tap")]
    public void The_MTU_is_that_of_the_link_with_the_default_route(int mtu, string kind)
    {
        using var node = NewNode();
        AddUplink(node, "up0", mtu, kind);
        node.Run("ip", "route", "add", "default", "via", "192.0.2.254").Succeeded();

        var added = Call(node, "ADD", "pod").Succeed();
        Call(node, "ADD", "other").Succeed();

        AssertMtu(node, mtu, "pod", added);
        Assert.Equal(mtu, MtuOf(node, PodNetwork.Bridge));
        AssertLargestPacket(node, "10.88.0.3", mtu - 28);
        AssertLargestPacket(node, "fd00:88::3", mtu - 48);
        Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
    }

    // The links are up0 (MTU 1400) and up1 (MTU 1300), each with both families.
    [Theory]
    [InlineData("ip -4 route add default via 192.0.2.254", 1400)]
    [InlineData("ip -4 route add default dev up1", 1300)]
    [InlineData("ip -6 route add default via 2001:db8::fe", 1400)]
    [InlineData("ip -4 route add default via 192.0.2.254; ip -6 route add default via 2001:db8::fe", 1400)]
    [InlineData("ip -4 route add default via 192.0.2.254; ip -6 route add default via 2001:db8:1::fe", 1300)]
    [InlineData("ip -4 route add default via 198.51.100.254; ip -6 route add default via 2001:db8::fe", 1300)]
    [InlineData(
        "ip route add default via 192.0.2.254 metric 100; ip route add default via 198.51.100.254 metric 200", 1400)]
    [InlineData(
        "ip route add default via 198.51.100.254 metric 200; ip route add default via 192.0.2.254 metric 100", 1400)]
    [InlineData(
        "ip -6 route add default via 2001:db8:1::fe metric 9; ip -6 route add default via 2001:db8::fe metric 8", 1400)]
    [InlineData("ip route add default via 192.0.2.254; ip route add default dev up1 table 100", 1400)]
    [InlineData("ip route add default via 192.0.2.254; ip -6 route add unreachable default", 1400)]
    [InlineData("ip -6 route add default via 2001:db8::fe; ip route add unreachable default", 1400)]
    public void The_smaller_MTU_of_both_default_routes_is_used(string routes, int mtu)
    {
        using var node = NewNode();
        AddUplink(node, "up0", 1400);
        AddUplink(node, "up1", 1300);
        node.Run("sh", "-ec", routes).Succeeded();

        var added = Call(node, "ADD", "pod").Succeed();

        AssertMtu(node, mtu, "pod", added);
        Assert.Equal(mtu, MtuOf(node, PodNetwork.Bridge));
        Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData("true")]
    [InlineData("ip route add 0.0.0.0/1 via 192.0.2.254")]
    [InlineData("ip route add default dev up0 table 100")]
    [InlineData("ip route add unreachable default; ip -6 route add unreachable default")]
    public void Without_a_default_route_the_MTU_is_the_default_and_this_is_logged(string routes)
    {
        using var node = NewNode();
        AddUplink(node, "up0", 1400);
        node.Run("sh", "-ec", routes).Succeeded();

        var added = Call(node, "ADD", "pod").Succeed();

        AssertMtu(node, 1500, "pod", added);
        Assert.Equal(1500, MtuOf(node, PodNetwork.Bridge));
        Assert.Contains("default route", added.Stderr, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("mtu", added.Stderr, StringComparison.OrdinalIgnoreCase);
        Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData(1500, 1400)]
    [InlineData(1400, 1500)]
    public void A_pod_keeps_the_MTU_of_its_ADD(int before, int after)
    {
        using var node = NewNode();
        AddUplink(node, "up0", before);
        node.Run("ip", "route", "add", "default", "via", "192.0.2.254").Succeeded();
        var first = Call(node, "ADD", "pod").Succeed();
        node.Run("ip", "link", "set", "up0", "mtu", after.ToString(CultureInfo.InvariantCulture)).Succeeded();

        var second = Call(node, "ADD", "other").Succeed();

        AssertMtu(node, before, "pod", first);
        AssertMtu(node, after, "other", second);
        node.AssertPodReaches("other", "10.88.0.2");
        node.AssertPodReaches("pod", "fd00:88::3");
        Call(node, "CHECK", "other").WithPrevious(second).Succeed();
    }

    [Fact]
    public void The_bridge_of_the_pods_is_not_an_uplink()
    {
        using var node = NewNode();
        AddUplink(node, "up0", 1400);
        node.Run("ip", "route", "add", "default", "via", "192.0.2.254").Succeeded();
        Call(node, "ADD", "pod").Succeed();
        Call(node, "DEL", "pod").Succeed();
        node.Run("ip", "link", "delete", "up0").Succeeded();

        // The bridge still has the MTU 1400.
        var added = Call(node, "ADD", "other").Succeed();

        AssertMtu(node, 1500, "other", added);
        Assert.Contains("default route", added.Stderr, StringComparison.OrdinalIgnoreCase);
    }

    static void AssertMtu(ScratchNode node, int mtu, string pod, CommandResult added)
    {
        var hostEnd = added.Json.GetProperty("interfaces")[1].GetProperty("name").GetString()!;
        Assert.Equal(mtu, MtuOf(node, hostEnd));
        Assert.Equal(mtu, node.IpJsonInPod(pod, "link", "show", "eth0")[0].GetProperty("mtu").GetInt32());
    }

    static int MtuOf(ScratchNode node, string link) =>
        node.IpJson("link", "show", link)[0].GetProperty("mtu").GetInt32();

    /// <summary>Asserts that packets of the largest size pass between pods without fragments, and that larger ones do not.</summary>
    static void AssertLargestPacket(ScratchNode node, string address, int bytes)
    {
        NodeState.AssertReply(Ping(bytes));
        Assert.NotEqual(0, Ping(bytes + 1).ExitCode);

        CommandResult Ping(int size) => node.InPod(
            "pod", "ping", "-c1", "-W2", "-M", "do", "-s", size.ToString(CultureInfo.InvariantCulture), address);
    }

    /// <summary>
    /// Adds an uplink with the addresses 192.0.2.1 and 2001:db8::1. The second uplink has 198.51.100.1 and 2001:db8:1::1.
    /// </summary>
    static void AddUplink(ScratchNode node, string name, int mtu, string kind = "veth")
    {
        if (kind == "tap" && !File.Exists("/dev/net/tun"))
        {
            Assert.Skip("there are no taps here: no /dev/net/tun");
        }

        var create = kind == "tap"
            ? $"ip tuntap add dev {name} mode tap"
            : $"ip link add {name} type veth peer name {name}peer; ip link set {name}peer mtu {mtu} up";
        var (v4, v6) = name == "up0" ? ("192.0.2.1", "2001:db8::1") : ("198.51.100.1", "2001:db8:1::1");
        node.Run("sh", "-ec", $"""
            {create}
            ip link set {name} mtu {mtu} up
            ip address add {v4}/24 dev {name}
            ip address add {v6}/64 dev {name} nodad
            """).Succeeded();
    }

    static RawCall Call(ScratchNode node, string verb, string pod) =>
        RawCall.Of(node, verb, Configurations.With(Configuration), pod);

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        node.AddPod("other");
        return node;
    }
}

using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of the clients that reach a host port, and of the source addresses that the pod sees.</summary>
public sealed class HostPortTrafficTests
{
    internal const string NodeV4 = OutsideWorld.NodeV4, NodeV6 = OutsideWorld.NodeV6;
    internal const string GatewayV4 = "10.88.0.1", GatewayV6 = "fd00:88::1";

    /// <summary>The mode in which a bridge sends a frame back through its incoming port. A pod needs it to reach itself.</summary>
    const string Hairpin = """{"hairpinMode": true}""";

    public static TheoryData<string, string?, bool, bool> Addresses
    {
        get
        {
            var rows = new TheoryData<string, string?, bool, bool>();
            foreach (var protocol in new[] { "tcp", "udp", "sctp" })
            {
                rows.Add(protocol, null, true, true);
                rows.Add(protocol, "", true, true);
                rows.Add(protocol, "0.0.0.0", true, false);
                rows.Add(protocol, "::", false, true);
                rows.Add(protocol, NodeV4, true, false);
                rows.Add(protocol, NodeV6, false, true);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Addresses))]
    public void A_port_is_reached_from_everywhere_at_its_addresses(
        string protocol, string? hostIp, bool servesV4, bool servesV6)
    {
        SkipWithout(protocol);
        using var node = HostPortNode.Of(Hairpin, "pod", "other").WithOutside();
        node.Serve("pod", $"{protocol}/80");
        node.Add("pod", Only(8080, 80, protocol, hostIp));

        foreach (var (address, serves, sender) in new[]
        {
            (NodeV4, servesV4, OutsideWorld.HostV4), (NodeV6, servesV6, OutsideWorld.HostV6),
        })
        {
            if (!serves)
            {
                node.AssertNoAnswer(Outside, protocol, address, 8080);
                node.AssertNoAnswer(TheNode, protocol, address, 8080);
                continue;
            }
            Assert.Equal($"pod {sender}", node.Ask(Outside, protocol, address, 8080));
            Assert.Equal($"pod {address}", node.Ask(TheNode, protocol, address, 8080));
            Assert.StartsWith("pod ", node.Ask("other", protocol, address, 8080), StringComparison.Ordinal);
            Assert.Equal($"pod {(PodNetwork.IsIpv6(address) ? GatewayV6 : GatewayV4)}", node.Ask("pod", protocol, address, 8080));
        }
        // Other ports of the node and addresses of other hosts do not lead to the pod.
        node.AssertNoAnswer(Outside, protocol, NodeV4, 8081);
        node.AssertNoAnswer(TheNode, protocol, OutsideWorld.HostV4, 8080);
    }

    [Theory]
    [InlineData("tcp", null, true)]
    [InlineData("udp", null, true)]
    [InlineData("tcp", "0.0.0.0", true)]
    [InlineData("tcp", "127.0.0.1", true)]
    [InlineData("tcp", NodeV4, false)]
    [InlineData("tcp", "::", false)]
    public void The_node_reaches_the_port_at_127_0_0_1_if_its_host_IP_allows_it(string protocol, string? hostIp, bool serves)
    {
        using var node = HostPortNode.With("pod").WithOutside();
        node.Serve("pod", $"{protocol}/80");
        node.Add("pod", Only(8080, 80, protocol, hostIp));

        if (serves)
        {
            Assert.Equal($"pod {GatewayV4}", node.Ask(TheNode, protocol, "127.0.0.1", 8080));
        }
        else
        {
            node.AssertNoAnswer(TheNode, protocol, "127.0.0.1", 8080);
        }
        // Without a use, the kernel setting that allows such packets stays off. Other links never get it.
        Assert.Equal(serves ? "1" : "0", node.Localnet("cni0"));
        Assert.Equal("0", node.Localnet("up0"));
        Assert.Equal("0", node.Localnet("all"));
    }

    // A node resolves a pod's address from the bridge's link-local address, which would be tentative for two seconds.
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"mtu": 1400}""")]
    public void The_first_pod_of_a_node_is_reached_over_IPv6_from_outside_at_once(string keys)
    {
        using var node = HostPortNode.Of(keys).WithOutside();
        node.Attach("pod");
        var first = LinkLocals(node);
        node.Serve("pod", "tcp/80");
        node.Add("pod", Only(8080, 80));
        Assert.Equal($"pod {OutsideWorld.HostV6}", node.Ask(Outside, "tcp", NodeV6, 8080));

        var address = Assert.Single(first);
        Assert.False(address.TryGetProperty("tentative", out _), $"{address}");
        // The kernel would create the same address.
        Assert.Equal(address.GetProperty("local").GetString(), Assert.Single(LinkLocals(node)).GetProperty("local").GetString());
        // Addresses of an administrator are still checked for duplicates.
        node.Node.Run("ip", "address", "add", "fd00:77::1/64", "dev", "cni0").Succeeded();
        Assert.Contains(
            "tentative", node.Node.Run("ip", "address", "show", "to", "fd00:77::1", "dev", "cni0").Succeeded().Stdout,
            StringComparison.Ordinal);
    }

    static List<System.Text.Json.JsonElement> LinkLocals(HostPortNode node) =>
    [
        .. node.Node.Run("ip", "-j", "-6", "address", "show", "dev", "cni0", "scope", "link").Succeeded().Json.EnumerateArray()
            .SelectMany(link => link.GetProperty("addr_info").EnumerateArray())
            .Where(address => address.TryGetProperty("local", out _)),
    ];

    // No packet from ::1 can leave a node. The client must get an error at once, so that it continues with 127.0.0.1.
    [Fact]
    public void A_service_on_the_IPv6_loopback_keeps_its_port()
    {
        using var node = HostPortNode.With("pod");
        node.Serve("pod", "tcp/80");
        node.Add("pod", Only(8080, 80));
        Assert.Contains("refused", node.Ask(TheNode, "tcp", "::1", 8080), StringComparison.Ordinal);
        node.ServeOnNode("tcp/8080");
        Assert.Equal("node ::1", node.Ask(TheNode, "tcp", "::1", 8080));
        Assert.Equal($"pod {GatewayV4}", node.Ask(TheNode, "tcp", "127.0.0.1", 8080));
    }

    // With br_netfilter, the answer of a neighbour also passes the rules, which then know the client.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pods_of_the_bridge_reach_the_port_at_every_address_of_the_node(bool isBridgeNetfilterOn)
    {
        using var node = HostPortNode.Of(Hairpin, "pod", "other").WithOutside();
        node.SetBridgeNetfilter(isBridgeNetfilterOn);
        node.Serve("pod", "tcp/80", "udp/80");
        node.Add("pod", $"[{Mapping(8080, 80)}, {Mapping(8080, 80, "udp")}]");

        foreach (var address in new[] { NodeV4, GatewayV4, NodeV6, GatewayV6 })
        {
            var isV6 = PodNetwork.IsIpv6(address);
            var gateway = isV6 ? GatewayV6 : GatewayV4;
            foreach (var protocol in new[] { "tcp", "udp" })
            {
                Assert.Equal($"pod {gateway}", node.Ask("pod", protocol, address, 8080));
                Assert.Equal($"pod {(isBridgeNetfilterOn ? node.AddressOf("other", isV6) : gateway)}",
                    node.Ask("other", protocol, address, 8080));
            }
        }
        // A client that connects to the pod directly keeps its address.
        Assert.Equal($"pod {node.AddressOf("other", false)}", node.Ask("other", "tcp", node.AddressOf("pod", false), 80));
    }

    [Fact]
    public void With_masqAll_all_clients_have_the_address_of_the_node_and_without_snat_none()
    {
        using var node = HostPortNode.With("all", "none", "other").WithOutside();
        node.SetBridgeNetfilter(false);
        node.Serve("all", "tcp/80");
        node.Serve("none", "tcp/80");
        node.Add("none", Only(8081, 80), """{"snat": false, "masqAll": true}""");
        Assert.Equal("0", node.Localnet("cni0"));
        node.Add("all", Only(8080, 80), """{"masqAll": true}""");

        Assert.Equal($"all {GatewayV4}", node.Ask(Outside, "tcp", NodeV4, 8080));
        Assert.Equal($"all {GatewayV6}", node.Ask(Outside, "tcp", NodeV6, 8080));
        Assert.Equal($"all {GatewayV4}", node.Ask("other", "tcp", NodeV4, 8080));
        Assert.Equal($"all {GatewayV4}", node.Ask(TheNode, "tcp", "127.0.0.1", 8080));
        Assert.Equal($"none {OutsideWorld.HostV4}", node.Ask(Outside, "tcp", NodeV4, 8081));
        Assert.Equal($"none {NodeV6}", node.Ask(TheNode, "tcp", NodeV6, 8081));
        node.AssertNoAnswer("other", "tcp", NodeV4, 8081);
        node.AssertNoAnswer(TheNode, "tcp", "127.0.0.1", 8081);
    }

    [Fact]
    public void A_port_with_a_host_IP_wins_over_the_same_port_of_any_address()
    {
        using var node = HostPortNode.With("first", "second", "third").WithOutside();
        const string secondV4 = "192.0.2.9";
        node.Node.Run("ip", "address", "add", $"{secondV4}/24", "dev", "up0").Succeeded();
        foreach (var pod in new[] { "first", "second", "third" })
        {
            node.Serve(pod, "tcp/80", "udp/80", "tcp/81");
        }
        node.Add("first", Only(8080, 80, "tcp", NodeV4));
        node.Add("second", Only(8080, 80, "tcp", secondV4));
        node.Add("third", $"[{Mapping(8080, 81)}, {Mapping(8080, 80, "udp")}]");

        Assert.StartsWith("first ", node.Ask(Outside, "tcp", NodeV4, 8080), StringComparison.Ordinal);
        Assert.StartsWith("second ", node.Ask(Outside, "tcp", secondV4, 8080), StringComparison.Ordinal);
        Assert.StartsWith("third ", node.Ask(Outside, "tcp", NodeV6, 8080), StringComparison.Ordinal);
        Assert.StartsWith("third ", node.Ask(Outside, "udp", NodeV4, 8080), StringComparison.Ordinal);
        Assert.StartsWith("third ", node.Ask(TheNode, "tcp", "127.0.0.1", 8080), StringComparison.Ordinal);

        node.Call("DEL", "first", "[]").Succeed();
        Assert.StartsWith("third ", node.Ask(Outside, "tcp", NodeV4, 8080), StringComparison.Ordinal);
        Assert.StartsWith("second ", node.Ask(Outside, "tcp", secondV4, 8080), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_host_ports_lead_to_their_own_container_ports()
    {
        using var node = HostPortNode.With("pod").WithOutside();
        node.Serve("pod", "tcp/80", "tcp/443", "udp/53", "tcp/65535");
        node.Add("pod", $"""
            [{Mapping(1, 80)}, {Mapping(65535, 443)}, {Mapping(443, 65535)}, {Mapping(53, 53, "UDP")}, {Mapping(80, 80, "")}]
            """);
        foreach (var port in new[] { 1, 65535, 443, 80 })
        {
            Assert.Equal($"pod {OutsideWorld.HostV4}", node.Ask(Outside, "tcp", NodeV4, port));
        }
        Assert.Equal($"pod {OutsideWorld.HostV6}", node.Ask(Outside, "udp", NodeV6, 53));
        node.AssertNoAnswer(Outside, "tcp", NodeV4, 53);
    }

    [Fact]
    public void A_pod_cannot_reach_services_of_the_node_on_127_0_0_1()
    {
        using var node = HostPortNode.With("pod", "attacker").WithOutside();
        node.ServeOnNode("tcp/9000");
        node.Add("pod", Only(8080, 80));
        // A pod with CAP_NET_ADMIN can use the node's 127.0.0.1 as its own.
        node.Node.Run("ip", "netns", "exec", "attacker", "sh", "-ec", """
            echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet
            ip link set lo down
            ip route add 127.0.0.1 via 10.88.0.1
            """).Succeeded();

        node.AssertNoAnswer("attacker", "tcp", "127.0.0.1", 9000);
        // The localhost guard drops these packets.
        node.Node.Run("nft", "flush", "chain", "ip", "cni-bridge", "hostport-localhost").Succeeded();
        Assert.StartsWith("node 10.88.0.", node.Ask("attacker", "tcp", "127.0.0.1", 9000), StringComparison.Ordinal);
    }

    static void SkipWithout(string protocol)
    {
        const string program = "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_SCTP)";
        if (protocol != "sctp")
        {
            return;
        }
        Requirement.Programs("python3");
        using var probe = new RunningProcess("python3", ["-c", program]);
        if (probe.WaitForExit().ExitCode != 0)
        {
            Assert.Skip("this kernel has no SCTP");
        }
    }
}

using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>A host behind the node's uplink without a route to any pod. It records the source addresses of pings.</summary>
sealed class OutsideWorld
{
    const string Name = "outside";

    /// <summary>The node's own addresses on the uplink.</summary>
    public const string NodeV4 = "192.0.2.1", NodeV6 = "2001:db8:1::1";

    /// <summary>The host's address on the uplink.</summary>
    public const string HostV4 = "192.0.2.2", HostV6 = "2001:db8:1::2";

    /// <summary>Further addresses of the host, behind its uplink address.</summary>
    public const string FarV4 = "198.51.100.2", FarV6 = "2001:db8:2::2";

    readonly Node node;

    public OutsideWorld(Node node)
    {
        this.node = node;
        node.AddPod(Name);
        node.Run("sh", "-ec", $"""
            ip link add up0 type veth peer name eth0 netns {Name}
            ip address add {NodeV4}/24 dev up0
            ip address add {NodeV6}/64 dev up0 nodad
            ip link set up0 up
            ip -n {Name} address add {HostV4}/24 dev eth0
            ip -n {Name} address add {HostV6}/64 dev eth0 nodad
            ip -n {Name} address add {FarV4}/32 dev lo
            ip -n {Name} address add {FarV6}/128 dev lo
            ip -n {Name} link set lo up
            ip -n {Name} link set eth0 up
            ip route add 198.51.100.0/24 via {HostV4}
            ip -6 route add 2001:db8:2::/64 via {HostV6}
            """).Succeeded();
        Watch(Name);
        // A new link sends nothing over IPv6 for a moment.
        node.AssertReaches(HostV6);
    }

    /// <summary>Starts to record the senders of pings to a pod, or to the host.</summary>
    public void Watch(string pod)
    {
        const string rules = """
            add table inet seen
            add set inet seen v4 { type ipv4_addr; flags dynamic; size 100; }
            add set inet seen v6 { type ipv6_addr; flags dynamic; size 100; }
            add chain inet seen input { type filter hook input priority 0; }
            add rule inet seen input icmp type echo-request add @v4 { ip saddr }
            add rule inet seen input icmpv6 type echo-request add @v6 { ip6 saddr }
            """;
        node.Run("ip", ["netns", "exec", pod, "nft", "-f", "-"], rules + "\n").Succeeded();
    }

    /// <summary>Returns the one source address that the receiver sees when a pod pings another pod or the host.</summary>
    public string SenderSeen(string from, string address, string receiver = Name)
    {
        var set = PodNetwork.IsIpv6(address) ? "v6" : "v4";
        node.InPod(receiver, "nft", "flush", "set", "inet", "seen", set).Succeeded();
        // A pod without masquerade gets no answer.
        node.InPod(from, "ping", "-c1", "-W1", address);
        var seen = node.InPod(receiver, "nft", "-j", "list", "set", "inet", "seen", set).Succeeded().Json;
        return Assert.Single(seen.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty("set", out var found) && found.TryGetProperty("elem", out _))
            .SelectMany(item => item.GetProperty("set").GetProperty("elem").EnumerateArray())
            .Select(Text));
    }

    /// <summary>Returns the text of an element, which is a string or an object with further members.</summary>
    static string Text(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : element.GetProperty("elem").GetProperty("val").GetString()!;
}

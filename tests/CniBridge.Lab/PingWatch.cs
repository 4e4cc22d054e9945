using System.Text.Json;

namespace CniBridge.Lab;

/// <summary>A record in the receiver's kernel of the source addresses of arriving pings.</summary>
static class PingWatch
{
    const string Rules = """
        add table inet seen
        add set inet seen v4 { type ipv4_addr; flags dynamic; size 100; }
        add set inet seen v6 { type ipv6_addr; flags dynamic; size 100; }
        add chain inet seen input { type filter hook input priority 0; }
        add rule inet seen input icmp type echo-request add @v4 { ip saddr }
        add rule inet seen input icmpv6 type echo-request add @v6 { ip6 saddr }

        """;

    public static void Start(Machine machine, string pod) =>
        machine.Node.Run("ip", ["netns", "exec", pod, "nft", "-f", "-"], Rules).Succeeded();

    /// <summary>Returns the sorted senders of both families.</summary>
    public static IReadOnlyList<string> Seen(Pod pod) =>
        [.. pod.Node.Node.InPod(pod.Name, "nft", "-j", "list", "sets", "inet").Succeeded().Json
            .GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty("set", out var found) && found.TryGetProperty("elem", out _))
            .SelectMany(item => item.GetProperty("set").GetProperty("elem").EnumerateArray())
            .Select(Text).Order(StringComparer.Ordinal)];

    /// <summary>Returns the text of an element, which is a string or an object with further members.</summary>
    static string Text(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString()!
        : element.GetProperty("elem").GetProperty("val").GetString()!;
}

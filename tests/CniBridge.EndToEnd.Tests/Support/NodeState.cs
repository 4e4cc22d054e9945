using System.Net;
using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>State that plugins leave in a node, read by its tools and from files.</summary>
static class NodeState
{
    /// <summary>Returns the names of all links of the node except the loopback and the bridge.</summary>
    public static IEnumerable<string> PodLinks(this Node node, string bridge) =>
        [.. node.IpJson("link", "show").EnumerateArray()
            .Select(link => link.GetProperty("ifname").GetString()!)
            .Where(name => name != "lo" && name != bridge)];

    /// <summary>Returns the addresses of any network that host-local has reserved in the node.</summary>
    public static IEnumerable<string> Reservations(this Node node) =>
        [.. FileNames(node, "/var/lib/cni/networks").Where(name => IPAddress.TryParse(name, out _)).Order()];

    /// <summary>Returns the results that libcni has cached in the node.</summary>
    public static IEnumerable<string> CachedResults(this Node node) =>
        FileNames(node, "/var/lib/cni/results");

    /// <summary>Returns the global addresses of a link, each with its prefix length.</summary>
    public static IEnumerable<string> GlobalAddresses(this JsonElement addresses) =>
        [.. addresses.EnumerateArray()
            .SelectMany(link => link.GetProperty("addr_info").EnumerateArray())
            .Where(address => address.GetProperty("scope").GetString() == "global")
            .Select(address => $"{address.GetProperty("local").GetString()}/{address.GetProperty("prefixlen")}")];

    /// <summary>Returns the VLANs of a port, or of a bridge itself, each with its flags: "1 PVID Egress Untagged".</summary>
    public static IEnumerable<string> Vlans(this Node node, string link) =>
        [.. node.Run("bridge", "-j", "vlan", "show", "dev", link).Succeeded().Json.EnumerateArray()
            .SelectMany(port => port.GetProperty("vlans").EnumerateArray())
            .Select(vlan => string.Join(' ', Flags(vlan).Prepend(vlan.GetProperty("vlan").ToString())))];

    public static void AssertNothingLeft(this Node node, string bridge)
    {
        Assert.Empty(node.PodLinks(bridge));
        Assert.Empty(node.Reservations());
        Assert.Empty(node.CachedResults());
    }

    public static void AssertReaches(this Node node, string address) =>
        AssertReply(node.Run("ping", PingArguments(address)));

    public static void AssertPodReaches(this Node node, string pod, string address) =>
        AssertReply(node.InPod(pod, "ping", PingArguments(address)));

    public static void AssertReply(CommandResult ping) =>
        Assert.Matches("[1-9][0-9]*( packets)? received", ping.Succeeded().Stdout);

    // A new IPv6 address of the bridge gives no answer during the two seconds of duplicate address detection. With -w, ping continues until
    // the first answer.
    static string[] PingArguments(string address) =>
        PodNetwork.IsIpv6(address) ? ["-c1", "-w10", address] : ["-c1", "-W2", address];

    static IEnumerable<string> Flags(JsonElement vlan) =>
        vlan.TryGetProperty("flags", out var flags) ? flags.EnumerateArray().Select(flag => flag.GetString()!) : [];

    static IEnumerable<string> FileNames(Node node, string directory) =>
        node.Files(directory).Select(file => Path.GetFileName(file));
}

using System.Net;
using System.Text.Json;

namespace CniBridge.EndToEnd.Tests;

/// <summary>What plugins leave in a node, as its tools and files show it.</summary>
static class NodeState
{
    /// <summary>Names of all links of the node but the loopback and the bridge.</summary>
    public static IEnumerable<string> PodLinks(this ScratchNode node, string bridge) =>
        [.. node.IpJson("link", "show").EnumerateArray()
            .Select(link => link.GetProperty("ifname").GetString()!)
            .Where(name => name != "lo" && name != bridge)];

    /// <summary>Addresses that host-local holds reserved in the node, of any network.</summary>
    public static IEnumerable<string> Reservations(this ScratchNode node) =>
        [.. FileNames(node, "/var/lib/cni/networks").Where(name => IPAddress.TryParse(name, out _)).Order()];

    /// <summary>Results that libcni has cached in the node.</summary>
    public static IEnumerable<string> CachedResults(this ScratchNode node) =>
        FileNames(node, "/var/lib/cni/results");

    /// <summary>Global addresses of a link, each with its prefix length.</summary>
    public static IEnumerable<string> GlobalAddresses(this JsonElement addresses) =>
        [.. addresses.EnumerateArray()
            .SelectMany(link => link.GetProperty("addr_info").EnumerateArray())
            .Where(address => address.GetProperty("scope").GetString() == "global")
            .Select(address => $"{address.GetProperty("local").GetString()}/{address.GetProperty("prefixlen")}")];

    public static void AssertNothingLeft(this ScratchNode node, string bridge)
    {
        Assert.Empty(node.PodLinks(bridge));
        Assert.Empty(node.Reservations());
        Assert.Empty(node.CachedResults());
    }

    public static void AssertReaches(this ScratchNode node, string address) =>
        AssertReply(node.Run("ping", PingArguments(address)));

    public static void AssertPodReaches(this ScratchNode node, string pod, string address) =>
        AssertReply(node.InPod(pod, "ping", PingArguments(address)));

    public static void AssertReply(CommandResult ping) =>
        Assert.Matches("[1-9][0-9]*( packets)? received", ping.Succeeded().Stdout);

    // A new IPv6 address of the bridge gives no answer for the two seconds in which the kernel looks for duplicates of
    // it: with -w, ping goes on asking until the first answer.
    static string[] PingArguments(string address) =>
        PodNetwork.IsIpv6(address) ? ["-c1", "-w10", address] : ["-c1", "-W2", address];

    static IEnumerable<string> FileNames(ScratchNode node, string directory) =>
        Directory.Exists(node.FromOutside(directory))
            ? [.. new DirectoryInfo(node.FromOutside(directory)).EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(file => file.Name)]
            : [];
}

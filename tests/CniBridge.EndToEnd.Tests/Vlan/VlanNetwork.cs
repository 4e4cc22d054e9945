using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Pods in VLANs of the bridge cni0, and queries of their state.</summary>
static class VlanNetwork
{
    public const string Vlan100 = """{"vlan": 100}""";

    /// <summary>The link with the gateway of VLAN 100.</summary>
    public const string Gateway100 = "cni0.100";

    /// <summary>The VLANs of a port that is only in VLAN 100.</summary>
    public const string Only100 = "100 PVID Egress Untagged";

    /// <summary>Returns the dual-stack network with the node as default gateway in VLAN 100, with keys replaced.</summary>
    public static string Routed(string keys = "{}") => Configurations.With(Vlan100, keys);

    /// <summary>Returns a network without addresses.</summary>
    public static string LayerTwo(string keys) => Configurations.With("""{"ipam": {}}""", keys);

    /// <summary>Creates a pod and returns its attachment.</summary>
    public static PluginCall VlanPod(this Node node, string name, string configuration, bool byGo = false) =>
        node.Pod(name, byGo ? PluginDirectory.Go : PluginDirectory.UnderTest) with { Configuration = configuration };

    /// <summary>Creates a pod and attaches it.</summary>
    public static CommandResult AddVlanPod(this Node node, string name, string configuration) =>
        node.VlanPod(name, configuration).Add().Succeeded();

    /// <summary>Returns the names of a result's interfaces: bridge, host veth, container interface, and the gateway of a VLAN.</summary>
    public static IReadOnlyList<string> InterfaceNames(this CommandResult added) =>
        [.. added.Json.GetProperty("interfaces").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    public static string HostEnd(this CommandResult added) => added.InterfaceNames()[1];

    /// <summary>Returns the bridge port of a VLAN's gateway link, with any name.</summary>
    public static string GatewayPort(this Node node, string gateway = Gateway100) =>
        node.IpJson("link", "show", gateway)[0].GetProperty("link").GetString()!;

    public static IReadOnlyList<string> Ports(this Node node) =>
        [.. node.IpJson("link", "show", "master", "cni0").EnumerateArray().Select(Name)];

    public static string Name(JsonElement link) => link.GetProperty("ifname").GetString()!;

    /// <summary>Returns true if the bridge filters VLANs.</summary>
    public static bool FiltersVlans(this Node node, string bridge = "cni0") =>
        node.IpJson("link", "show", bridge)[0].GetProperty("linkinfo").GetProperty("info_data")
            .GetProperty("vlan_filtering").GetInt32() == 1;

    /// <summary>Returns the VLANs of the ports of all bridges and of the bridges themselves, merged.</summary>
    public static IReadOnlyDictionary<string, List<string>> AllVlans(this Node node) =>
        node.Run("bridge", "-j", "vlan", "show").Succeeded().Json.EnumerateArray()
            .ToDictionary(Name, port => port.GetProperty("vlans").EnumerateArray().Select(Describe).ToList());

    public static IEnumerable<string> Addresses(this Node node, string link) =>
        node.IpJson("address", "show", link).GlobalAddresses().Order(StringComparer.Ordinal);

    /// <summary>Runs lines of the shell that must succeed.</summary>
    public static CommandResult Script(this Node node, string script, params string[] arguments) =>
        node.Run("sh", ["-ec", script, "sh", .. arguments]).Succeeded();

    public static void AssertPodDoesNotReach(this Node node, string pod, string address) =>
        Assert.NotEqual(0, node.InPod(pod, "ping", "-c1", "-W0.5", address).ExitCode);

    /// <summary>Asserts an error with this code and these words.</summary>
    public static void Refused(this CommandResult result, int code, params string[] words)
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        var error = JsonNode.Parse(result.Stdout)!.AsObject();
        Assert.True(error["code"]!.GetValue<int>() == code, result.ToString());
        Assert.All(words, word => Assert.Contains(word, $"{error["msg"]} {error["details"]}", StringComparison.Ordinal));
    }

    /// <summary>Returns the parts of a list: "1 PVID, 5-7" gives "1 PVID", "5", "6", "7".</summary>
    public static IEnumerable<string> Listed(string vlans) =>
        vlans.Split(", ", StringSplitOptions.RemoveEmptyEntries).SelectMany(item => item.Split('-') switch
        {
            [var first, var last] => Range(Number(first), Number(last)),
            _ => [item],
        });

    /// <summary>Returns a VLAN in the form of <see cref="NodeState.Vlans"/>.</summary>
    static string Describe(JsonElement vlan)
    {
        var flags = vlan.TryGetProperty("flags", out var given) ? given.EnumerateArray().Select(flag => flag.GetString()!) : [];
        return string.Join(' ', flags.Prepend(vlan.GetProperty("vlan").ToString()));
    }

    static IEnumerable<string> Range(int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(id => id.ToString(CultureInfo.InvariantCulture));

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Doctor;

/// <summary>
/// A healthy node: node1 of three on a LAN, with installed plugins, routes to the others and two dual-stack pods. The pods use every
/// option, and one has a host port. The namespace lan answers for the gateway of the LAN, and for the other nodes with their pods.
/// </summary>
sealed class DoctorNode : IDisposable
{
    public const string Conflist = "/etc/cni/net.d/10-podnet.conflist";
    public const string Store = "/var/lib/cni/networks/podnet";
    const string Table = "/var/lib/cni-bridge/nodes.json";

    const string Plugin = """
        {"type": "bridge", "bridge": "cni0", "isGateway": true, "isDefaultGateway": true, "hairpinMode": true, "ipMasq": true,
          "nonMasqueradeCIDRs": ["10.244.0.0/16"], "macspoofchk": true,
          "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.244.1.0/24"}], [{"subnet": "fd00:a1::/64"}]]}}
        """;

    const string Network = $$"""
        {"cniVersion": "1.0.0", "name": "podnet", "plugins": [
        {{Plugin}},
        {"type": "portmap", "capabilities": {"portMappings": true} }]}
        """;

    const string Nodes = """
        {"nodes": [
          {"name": "node1", "addresses": ["192.168.1.11", "fd00:1::11"], "podRanges": ["10.244.1.0/24", "fd00:a1::/64"]},
          {"name": "node2", "addresses": ["192.168.1.12", "fd00:1::12"], "podRanges": ["10.244.2.0/24", "fd00:a2::/64"]},
          {"name": "node3", "addresses": ["192.168.1.13", "fd00:1::13"], "podRanges": ["10.244.3.0/24", "fd00:a3::/64"]}]}
        """;

    const string Links = """
        ip netns add lan
        ip link add eth0 type veth peer name node1 netns lan
        ip -n lan link set node1 up
        ip address add 192.168.1.11/24 dev eth0
        ip address add fd00:1::11/64 dev eth0 nodad
        ip link set eth0 up
        ip route add default via 192.168.1.1
        ip -6 route add default via fd00:1::1
        ip -n lan link set lo up
        for number in 1 12 13; do
          ip -n lan address add 192.168.1.$number/24 dev node1
          ip -n lan address add fd00:1::$number/64 dev node1 nodad
        done
        for node in 2 3; do
          ip -n lan address add 10.244.$node.1/32 dev lo
          ip -n lan address add fd00:a$node::1/128 dev lo
        done
        ip -n lan route add 10.244.1.0/24 via 192.168.1.11
        ip -n lan route add fd00:a1::/64 via fd00:1::11
        """;

    public DoctorNode()
    {
        Requirement.Node("nft", "sysctl", "findmnt");
        Requirement.Ipv6();
        Node = new ScratchNode("node1");
        Sh(Links);
        Node.WriteFile(Conflist, Network);
        Node.WriteFile(Table, Nodes);
        Node.WriteFile("/etc/cni-bridge/nodes.json", Nodes);
        Run("install").Succeeded();
        Run("routes", "sync", "--nodes", Table).Succeeded();
        Attach("pod1", """[{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]""");
        Attach("pod2", "[]");
    }

    public ScratchNode Node { get; }

    public static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    void Attach(string pod, string mappings)
    {
        Node.AddPod(pod);
        var result = RawCall.Of(Node, "ADD", Named(Plugin), pod).Succeed();
        _results[pod] = result;
        var portmap = Named($$$"""{"type": "portmap", "runtimeConfig": {"portMappings": {{{mappings}}}}}""");
        (RawCall.Of(Node, "ADD", portmap, pod).WithPrevious(result) with { Plugin = "portmap" }).Succeed();
    }

    /// <summary>The addresses that pods must reach: the gateway of the LAN, and pods of other nodes.</summary>
    static readonly string[] s_outside = ["192.168.1.1", "fd00:1::1", "10.244.2.1", "fd00:a2::1", "10.244.3.1", "fd00:a3::1"];

    static readonly Dictionary<string, string[]> s_pods = new()
    {
        ["pod1"] = ["10.244.1.2", "fd00:a1::2"],
        ["pod2"] = ["10.244.1.3", "fd00:a1::3"],
    };

    /// <summary>Pings from one of the remaining pods all addresses that it must reach.</summary>
    public void AssertPodsReachAll()
    {
        var remaining = Sh("ip netns list").Stdout;
        string[] pods = [.. s_pods.Keys.Where(pod => remaining.Contains(pod, StringComparison.Ordinal))];
        string[] targets = [.. s_outside, .. pods.Skip(1).SelectMany(pod => s_pods[pod])];
        targets.AsParallel().ForAll(target => Node.InPod(pods[0], "ping", "-c", "1", "-w", "30", target).Succeeded());
    }

    /// <summary>Returns the result of CHECK of a pod's interface.</summary>
    public CommandResult Check(string pod) => RawCall.Of(Node, "CHECK", Named(Plugin), pod).WithPrevious(_results[pod]).Run();

    readonly Dictionary<string, CommandResult> _results = [];

    static string Named(string plugin) => $$"""{"cniVersion": "1.0.0", "name": "podnet", {{plugin[1..]}}""";

    public CommandResult Sh(string script) => Node.Run("sh", ["-ec", script], "", s_path).Succeeded();

    static readonly Dictionary<string, string> s_path = new() { ["PATH"] = InstalledPrograms.SearchPath };

    public CommandResult Run(params string[] arguments) => Node.Run(Program, arguments, "", s_path);

    /// <summary>Returns the findings of doctor. Its exit code must match them, and every check must have run.</summary>
    public IReadOnlyList<JsonElement> Examine(params string[] arguments)
    {
        var result = Run(["doctor", "--output", "json", .. arguments]);
        Assert.True(result.ExitCode is 0 or 2 && result.Stderr.Length == 0, result.ToString());
        JsonElement[] findings = [.. result.Json.GetProperty("findings").EnumerateArray()];
        Assert.Equal(findings.Length > 0 ? 2 : 0, result.ExitCode);
        Assert.Empty(result.Json.GetProperty("notChecked").EnumerateArray());
        return findings;
    }

    public void Dispose() => Node.Dispose();
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Routes;

/// <summary>
/// A node on a LAN with two others, which are namespaces with a pod address on their loopback: node1 192.168.1.11, node2 .12 with
/// 10.244.2.2, node3 .13 with 10.244.3.2, the same in fd00:1::/64 and fd00:aN::/64.
/// </summary>
sealed class NodeLan : IDisposable
{
    public const string NodesPath = "/etc/cni/nodes.json";

    const string Setup = """
        ip netns add lan
        ip -n lan link add lan type bridge
        ip -n lan link set lan up
        ip link add eth0 type veth peer name n1 netns lan
        for n in 2 3; do
          ip netns add node$n
          ip -n lan link add n$n type veth peer name eth0 netns node$n
          ip -n node$n address add 192.168.1.1$n/24 dev eth0
          ip -n node$n address add fd00:1::1$n/64 dev eth0 nodad
          ip -n node$n address add 10.244.$n.2/32 dev lo
          ip -n node$n address add fd00:a$n::2/128 dev lo nodad
          ip -n node$n link set lo up
          ip -n node$n link set eth0 up
        done
        for n in 1 2 3; do ip -n lan link set n$n master lan up; done
        echo 1 > /proc/sys/net/ipv6/conf/eth0/keep_addr_on_down
        ip address add 192.168.1.11/24 dev eth0
        ip address add fd00:1::11/64 dev eth0 nodad
        ip link set eth0 up
        """;

    public const string Node1 = """{"name": "node1", "addresses": ["192.168.1.11", "fd00:1::11"], "podRanges": ["10.244.1.0/24", "fd00:a1::/64"]}""";
    public const string Node2 = """{"name": "node2", "addresses": ["192.168.1.12", "fd00:1::12"], "podRanges": ["10.244.2.0/24", "fd00:a2::/64"]}""";
    public const string Node3 = """{"name": "node3", "addresses": ["192.168.1.13", "fd00:1::13"], "podRanges": ["10.244.3.0/24", "fd00:a3::/64"]}""";

    public const string RouteTo2 = "10.244.2.0/24 via 192.168.1.12 dev eth0", RouteTo3 = "10.244.3.0/24 via 192.168.1.13 dev eth0";
    public const string RouteTo2V6 = "fd00:a2::/64 via fd00:1::12 dev eth0", RouteTo3V6 = "fd00:a3::/64 via fd00:1::13 dev eth0";

    public static readonly string[] AllRoutes = [RouteTo2, RouteTo3, RouteTo2V6, RouteTo3V6];

    public NodeLan()
    {
        Requirement.Node();
        Requirement.Ipv6();
        Node = new ScratchNode();
        Node.Run("sh", "-ec", Setup).Succeeded();
        WriteNodes(Node1, Node2, Node3);
    }

    public ScratchNode Node { get; }

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    /// <summary>Replaces the nodes file atomically.</summary>
    public void WriteNodes(params string[] nodes) => ReplaceFile($$"""{"nodes": [{{string.Join(", ", nodes)}}]}""");

    public void ReplaceFile(string text)
    {
        Node.WriteFile($"{NodesPath}.new", text);
        Node.Run("mv", $"{NodesPath}.new", NodesPath).Succeeded();
    }

    public CommandResult Run(params string[] arguments) => Node.Run(Program, arguments, "");

    public CommandResult Routes(string verb, params string[] arguments) =>
        Node.Run(Program,
            ["routes", verb, "--nodes", NodesPath, .. arguments.Contains("--node-name") ? Array.Empty<string>()
            : ["--node-name", "node1"], .. arguments], "");

    /// <summary>Starts the agent as node1. <see cref="AgentProcess.Kill"/> ends it.</summary>
    public AgentProcess StartAgent(params string[] arguments) => StartAgentUnder([], arguments);

    /// <summary>Starts the agent under another program, which then receives the signals.</summary>
    public AgentProcess StartAgentUnder(string[] wrapper, params string[] arguments) =>
        new(Node, [.. wrapper, AgentProgram.Path, "--node-name", "node1", "--nodes", NodesPath, .. arguments]);

    /// <summary>Changes an unused route until ip monitor reports it, because ip monitor does not report that it listens.</summary>
    public void AwaitMonitor(RunningProcess monitor, int round = 0)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var mark = string.Create(CultureInfo.InvariantCulture, $"10.{100 + round}.{attempt}.0/24");
            Ip($"route replace {mark} dev lo");
            if (monitor.FindOutput(Regex.Escape(mark), TimeSpan.FromMilliseconds(100)) is not null)
                return;
        }
        Assert.Fail($"ip monitor told nothing: {monitor.Output}");
    }

    public CommandResult Ip(string arguments) => Node.Run("ip", arguments.Split(' ')).Succeeded();

    /// <summary>Returns the routes with our protocol number as "DESTINATION via GATEWAY dev LINK", IPv4 first.</summary>
    public IReadOnlyList<string> OurRoutes() => [.. Show("-4"), .. Show("-6")];

    IEnumerable<string> Show(string family) => Node.IpJson(family, "route", "show", "protocol", "67").EnumerateArray().Select(Describe);

    static string Describe(JsonElement route) => string.Create(CultureInfo.InvariantCulture,
        $"{route.GetProperty("dst").GetString()} via {route.GetProperty("gateway").GetString()} dev " +
            $"{route.GetProperty("dev").GetString()}");

    /// <summary>Waits for notifications until the kernel has exactly these routes of ours.</summary>
    public void AwaitRoutes(params string[] routes)
    {
        using var monitor = Node.Start("ip", ["monitor", "route"]);
        var deadline = Environment.TickCount64 + 20_000;
        var lines = 0;
        while (!OurRoutes().SequenceEqual(routes))
        {
            Assert.True(Environment.TickCount64 < deadline, $"not {string.Join(", ", routes)} but {string.Join(", ", OurRoutes())}");
            // Look after each event. The next look also sees changes from before the monitor was ready.
            monitor.FindOutput($"^(.*\n){{{++lines}}}", TimeSpan.FromMilliseconds(200));
        }
    }

    public void Dispose() => Node.Dispose();
}

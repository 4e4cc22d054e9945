using static CniBridge.EndToEnd.Tests.Differential.Steps;

namespace CniBridge.EndToEnd.Tests.Differential.Scenarios;

/// <summary>
/// Scenarios of host ports: reachability and visible source addresses. The rules themselves differ, because those of Go are for iptables.
/// The administrator attaches the pods.
/// </summary>
static class PortMapScenarios
{
    const string Tcp = """{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}""";

    /// <summary>A bridge with pods a and b, whose servers on port 80 return their name and the address of the client.</summary>
    const string Setup = """
        ip link add cni0 type bridge
        ip address add 10.88.0.1/24 dev cni0
        ip address add fd00:88::1/64 dev cni0 nodad
        ip address add 192.0.2.1/32 dev lo
        echo 1 > /proc/sys/net/ipv4/ip_forward
        ip link set cni0 up
        number=2
        for pod in a b; do
          [ -e /run/netns/$pod ] || ip netns add $pod
          ip link add host-$pod address 02:00:5e:00:53:1$number type veth peer name eth0 address 02:00:5e:00:53:0$number netns $pod
          ip link set host-$pod master cni0 up
          ip link set host-$pod type bridge_slave hairpin on
          ip -n $pod address add 10.88.0.$number/24 dev eth0
          ip -n $pod address add fd00:88::$number/64 dev eth0 nodad
          ip -n $pod link set eth0 up
          ip -n $pod link set lo up
          ip -n $pod route add default via 10.88.0.1
          ip netns exec $pod /usr/bin/python3 -ISc '
        import socket, sys
        listener = socket.create_server(("", 80))
        while True:
            connection, peer = listener.accept()
            connection.sendall(f"{sys.argv[1]} {peer[0]}".encode())
            connection.close()' $pod > /dev/null 2>&1 < /dev/null &
          until ip netns exec $pod busybox netstat -ltn | grep -q :80; do sleep 0.01; done
          number=$((number + 1))
        done
        """;

    public static IReadOnlyList<Scenario> Table => [.. Lives, .. Refusals, .. Differences];

    static IEnumerable<Scenario> Lives =>
    [
        Row("a port of any address", Portmap(Tcp),
            Add("a"), Answers("", "127.0.0.1", "a 10.88.0.1"), Answers("", "192.0.2.1", "a 192.0.2.1"),
            Answers("", "10.88.0.1", "a 10.88.0.1"), Answers("a", "192.0.2.1", "a 10.88.0.1"), Answers("b", "192.0.2.1", "a *"),
            Silent("", "192.0.2.1", 8081), Del("a"), Silent("", "192.0.2.1"), Silent("", "127.0.0.1"), Del("a")),
        Row("a port of 0.0.0.0", Portmap("""{"hostPort": 8080, "containerPort": 80, "protocol": "tcp", "hostIP": "0.0.0.0"}"""),
            Add("a"), Answers("", "127.0.0.1", "a 10.88.0.1"), Answers("b", "192.0.2.1", "a *"), Del("a")),
        Row("a port of one address", Portmap("""{"hostPort": 8080, "containerPort": 80, "protocol": "tcp", "hostIP": "192.0.2.1"}"""),
            Add("a"), Answers("", "192.0.2.1", "a 192.0.2.1"), Silent("", "127.0.0.1"), Silent("", "10.88.0.1"), Del("a")),
        Row("a port of the other family", Portmap("""{"hostPort": 8080, "containerPort": 80, "protocol": "tcp", "hostIP": "::"}"""),
            Add("a"), Silent("", "192.0.2.1"), Del("a")),
        Row("two ports, one in capitals", Portmap($$"""{"HostPort": 8081, "ContainerPort": 80, "Protocol": "TCP"}, {{Tcp}}"""),
            Add("a"), Answers("", "192.0.2.1", "a 192.0.2.1"), Answers("", "192.0.2.1", "a 192.0.2.1", 8081), Del("a")),
        Row("masqAll", Portmap(Tcp, "\"masqAll\": true,"),
            Add("a"), Answers("", "127.0.0.1", "a 10.88.0.1"), Answers("", "192.0.2.1", "a 10.88.0.1") with { Fails = true }, Del("a")) with
        {
            Differences = [new("exit code", "not 0", "0", Known.Older) { After = [4] }],
        },
        Row("CHECK", Portmap(Tcp), Add("a"), NoCheck("a"), Del("a")) with
        {
            // The older plugins look for the rules of one family in the tables of the other.
            Differences = Known.OnlyOursSucceeds(Known.Older, 3),
        },
        Row("no snat", Portmap(Tcp, "\"snat\": false,"),
            Add("a"), Answers("", "192.0.2.1", "a 192.0.2.1"), Silent("", "127.0.0.1"), Del("a")),
        Row("no mappings", Portmap(""), Add("a"), Check("a"), Del("a")),
        Row("an old version", Portmap(Tcp).Replace("1.0.0", "0.4.0", StringComparison.Ordinal),
            Add("a"), Answers("", "192.0.2.1", "a 192.0.2.1"), Del("a")),
        Row("a port that is not there any more", Portmap(Tcp),
            Add("a"), Sh("iptables -t nat -F; ! nft flush table ip cni-bridge 2> /dev/null || true"), NoCheck("a"), Del("a")),
        Row("DEL first", Portmap(Tcp), Del("a"), Add("a"), Del("a")),
    ];

    static IEnumerable<Scenario> Refusals => new (string What, string Configuration)[]
    {
        ("host port 0", Portmap("""{"hostPort": 0, "containerPort": 80, "protocol": "tcp"}""")),
        ("a negative host port", Portmap("""{"hostPort": -1, "containerPort": 80, "protocol": "tcp"}""")),
        ("no container port", Portmap("""{"hostPort": 80, "protocol": "tcp"}""")),
        ("a host port that is too large", Portmap("""{"hostPort": 65536, "containerPort": 80, "protocol": "tcp"}""")),
        ("a container port that is too large", Portmap("""{"hostPort": 80, "containerPort": 65536, "protocol": "tcp"}""")),
        ("a host address of nonsense",
            Portmap("""{"hostPort": 80, "containerPort": 80, "protocol": "tcp", "hostIP": "nonsense"}""")),
        ("a protocol that is none", Portmap("""{"hostPort": 80, "containerPort": 80, "protocol": "nonsense"}""")),
        ("text for a port", Portmap("""{"hostPort": "80", "containerPort": 80, "protocol": "tcp"}""")),
        ("a host address that is none", Portmap("""{"hostPort": 80, "containerPort": 80, "protocol": "tcp", "hostIP": 5}""")),
        ("text for snat", Portmap(Tcp, "\"snat\": \"true\",")),
        ("a mark's bit that is none", Portmap(Tcp, "\"markMasqBit\": 32,")),
        ("two ways to mark", Portmap(Tcp, "\"markMasqBit\": 5, \"externalSetMarkChain\": \"KUBE-MARK-MASQ\",")),
        ("no previous result", """
            {"cniVersion": "1.0.0", "name": "podnet", "type": "portmap", "runtimeConfig": {"portMappings": []}}
            """),
    }.Select(wrong => Row($"refused: {wrong.What}", wrong.Configuration, NoAdd("a") with { ChangesNothing = true }));

    static IEnumerable<Scenario> Differences =>
    [
        Row("a port that another pod has", Portmap(Tcp), Add("a"), Add("b") with { Network = "b" }, Answers("", "192.0.2.1", "a *")) with
        {
            Networks = new Dictionary<string, string> { ["b"] = Portmap(Tcp, pod: "b", number: 3) },
            Differences = [.. Known.OnlyGoSucceeds("differences.md: a host port that another pod has", 3), ResultOfGo(3)],
        },
        Row("the same port twice", Portmap($"{Tcp}, {Tcp}"), Add("a")),
        Row("the same port twice, to other ports", Portmap($"{Tcp}, {Tcp.Replace(": 80,", ": 81,", StringComparison.Ordinal)}"),
            Add("a")) with
        {
            Differences = [.. Known.OnlyGoSucceeds("differences.md: the same host port twice in a request", 2), ResultOfGo(2)],
        },
        Row("conditions of iptables", Portmap(Tcp, "\"conditionsV4\": [\"!\", \"-s\", \"10.0.0.0/8\"],"), Add("a")) with
        {
            Differences = [.. Known.OnlyGoSucceeds("differences.md: conditionsV4, conditionsV6, externalSetMarkChain", 2), ResultOfGo(2)],
        },
        Row("DEL without mappings", Portmap(Tcp), Add("a"), Del("a") with { Network = "none" },
            Silent("", "192.0.2.1") with { Fails = true }) with
        {
            Networks = new Dictionary<string, string> { ["none"] = Portmap("") },
            Differences = [new("exit code", "not 0", "0", "differences.md: DEL without port mappings") { After = [4] }],
        },
        Row("a protocol that is not said", Portmap("""{"hostPort": 8080, "containerPort": 80}"""), NoAdd("a")) with
        {
            Differences = [.. Known.OnlyOursSucceeds("differences.md: a port without a protocol", 2), ResultOfOurs(2)],
        },
    ];


    static Difference ResultOfGo(int after) => new("result/*", "*", null, "what ours refuses has no result") { After = [after] };

    static Difference ResultOfOurs(int after) => new("result/*", null, "*", "what Go refuses has no result") { After = [after] };

    static Scenario Row(string what, string configuration, params Step[] steps) => new($"portmap, {what}", configuration)
    {
        Programs = ["iptables", "nft", "busybox", "python3"],
        Steps = [Sh(Setup), .. steps],
    };

    /// <param name="keys">Further keys, with a comma at the end.</param>
    static string Portmap(string mappings, string keys = "", string pod = "a", int number = 2) => $$"""
        {
          "cniVersion": "1.0.0", "name": "podnet", "type": "portmap", {{keys}}
          "runtimeConfig": {"portMappings": [{{mappings}}]},
          "prevResult": {
            "cniVersion": "1.0.0",
            "interfaces": [{"name": "cni0"}, {"name": "eth0", "mac": "02:00:5e:00:53:0{{number}}", "sandbox": "/run/netns/{{pod}}"}],
            "ips": [
              {"version": "4", "address": "10.88.0.{{number}}/24", "gateway": "10.88.0.1", "interface": 1},
              {"version": "6", "address": "fd00:88::{{number}}/64", "gateway": "fd00:88::1", "interface": 1}
            ],
            "routes": [{"dst": "0.0.0.0/0"}], "dns": {"nameservers": ["10.88.0.1"]}
          }
        }
        """;

    /// <summary>Returns the step in which clients on the node and in pods get this answer.</summary>
    static Step Answers(string from, string address, string answer, int port = 8080) =>
        Sh($"case \"$({Ask(from, address, port)})\" in {answer.Replace(" ", "\\ ", StringComparison.Ordinal)}) ;; *) exit 1 ;; esac");

    static Step Silent(string from, string address, int port = 8080) => Sh($"! {Ask(from, address, port)} | grep -q .");

    static string Ask(string from, string address, int port) =>
        $"{(from.Length > 0 ? $"ip netns exec {from} " : "")}busybox nc -w 3 {address} {port} 2> /dev/null < /dev/null";
}

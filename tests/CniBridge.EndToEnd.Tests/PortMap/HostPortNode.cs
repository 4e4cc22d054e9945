using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>
/// A node with pods on the bridge and an outside host. Pods serve ports, and their answer names the pod and the source address of the
/// client.
/// </summary>
sealed class HostPortNode : IDisposable
{
    public const string Outside = "outside";

    /// <summary>The client on the node itself.</summary>
    public const string TheNode = "the node";

    const string Server = """
        import socket, sys, threading
        name = sys.argv[1]
        def answer(peer):
            return f"{name} {peer[0].removeprefix('::ffff:')}".encode()
        def serve(listener, isDatagram):
            while True:
                if isDatagram:
                    peer = listener.recvfrom(10)[1]
                    listener.sendto(answer(peer), peer)
                else:
                    connection, peer = listener.accept()
                    connection.sendall(answer(peer))
                    connection.close()
        for argument in sys.argv[2:]:
            protocol, port = argument.split("/")
            kind, number = {"tcp": (socket.SOCK_STREAM, 6), "udp": (socket.SOCK_DGRAM, 17), "sctp": (socket.SOCK_STREAM, 132)}[protocol]
            listener = socket.socket(socket.AF_INET6, kind, number)
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            listener.bind(("::", int(port)))
            if protocol != "udp":
                listener.listen()
            threading.Thread(target=serve, args=(listener, protocol == "udp")).start()
        print("ready", flush=True)
        """;

    // A refused connection fails at once, and one without an answer after some seconds. The first packet between ports of a bridge may be
    // lost in br_netfilter while the node resolves the pod (IPv6). The next one is sent after a second.
    const string Client = """
        import socket, sys
        protocol, address, port, own = sys.argv[1:]
        kind, number = {"tcp": (socket.SOCK_STREAM, 6), "udp": (socket.SOCK_DGRAM, 17), "sctp": (socket.SOCK_STREAM, 132)}[protocol]
        client = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind, number)
        try:
            client.settimeout(3.5)
            client.bind(("", int(own)))
            client.connect((address, int(port)))
            for attempt in range(3):
                try:
                    if protocol == "udp":
                        client.settimeout(1.2)
                        client.send(b"who")
                    print(client.recv(100).decode())
                    break
                except TimeoutError:
                    if protocol != "udp" or attempt == 2:
                        raise
        except OSError as e:
            print(f"no answer: {e}")
        """;

    const string Python = "/usr/bin/python3";

    readonly List<RunningProcess> servers = [];
    readonly Dictionary<string, CommandResult> results = [];

    HostPortNode(string network)
    {
        Requirement.Node("nft", "python3");
        Requirement.Directory(Path.GetDirectoryName(Python)!, "python3");
        Requirement.Ipv6();
        Network = network;
    }

    /// <summary>Creates a node with pods on the plain network.</summary>
    public static HostPortNode With(params string[] pods) => Of("{}", pods);

    /// <summary>Creates a node with pods on a network with these keys.</summary>
    public static HostPortNode Of(string bridgeKeys, params string[] pods)
    {
        var node = new HostPortNode(Configurations.With(bridgeKeys));
        foreach (var pod in pods)
        {
            node.Attach(pod);
        }
        return node;
    }

    public ScratchNode Node { get; } = new();

    public string Network { get; }

    /// <summary>Adds the outside host behind the node's uplink.</summary>
    public HostPortNode WithOutside()
    {
        _ = new OutsideWorld(Node);
        return this;
    }

    /// <summary>Creates the pod and attaches it to the bridge.</summary>
    public void Attach(string pod)
    {
        Node.AddPod(pod);
        results[pod] = RawCall.Of(Node, "ADD", Network, pod).Succeed();
    }

    /// <summary>Deletes the attachment that <see cref="Attach"/> created.</summary>
    public void Detach(string pod) => RawCall.Of(Node, "DEL", Network, pod).Succeed();

    /// <summary>Returns the result of the plugin before portmap.</summary>
    public CommandResult ResultOf(string pod) => results[pod];

    /// <summary>Returns the pod's address of a family.</summary>
    public string AddressOf(string pod, bool isV6) => results[pod].Json.GetProperty("ips").EnumerateArray()
        .Select(ip => ip.GetProperty("address").GetString()!.Split('/')[0]).Single(address => PodNetwork.IsIpv6(address) == isV6);

    /// <summary>Returns a call of portmap for a pod with the result of the bridge.</summary>
    /// <param name="mappings">The mappings as a JSON list.</param>
    /// <param name="keys">More keys of the configuration.</param>
    public RawCall Call(string verb, string pod, string mappings, string keys = "{}") =>
        CallWithoutResult(verb, pod, mappings, keys).WithPrevious(results[pod]);

    public RawCall CallWithoutResult(string verb, string pod, string mappings, string keys = "{}")
    {
        var configuration = JsonNode.Parse(keys)!.AsObject();
        configuration["cniVersion"] ??= "1.0.0";
        configuration["name"] ??= "podnet";
        configuration["type"] = "portmap";
        configuration["runtimeConfig"] = new JsonObject { ["portMappings"] = JsonNode.Parse(mappings) };
        return RawCall.Of(Node, verb, configuration.ToJsonString(), pod) with { Plugin = "portmap" };
    }

    public CommandResult Add(string pod, string mappings, string keys = "{}") => Call("ADD", pod, mappings, keys).Succeed();

    /// <summary>Returns one mapping as JSON.</summary>
    public static string Mapping(int hostPort, int containerPort, string protocol = "tcp", string? hostIp = null)
    {
        var mapping = new JsonObject { ["hostPort"] = hostPort, ["containerPort"] = containerPort, ["protocol"] = protocol };
        if (hostIp is not null)
        {
            mapping["hostIP"] = hostIp;
        }
        return mapping.ToJsonString();
    }

    /// <summary>Returns a list with one mapping as JSON.</summary>
    public static string Only(int hostPort, int containerPort, string protocol = "tcp", string? hostIp = null) =>
        $"[{Mapping(hostPort, containerPort, protocol, hostIp)}]";

    /// <param name="ports">The ports in the form tcp/80 or udp/53.</param>
    public void Serve(string pod, params string[] ports) => Serve(["ip", "netns", "exec", pod], pod, ports);

    /// <summary>Starts a server on the node itself.</summary>
    public void ServeOnNode(params string[] ports) => Serve(["env"], "node", ports);

    void Serve(string[] wrapper, string name, string[] ports)
    {
        var server = Node.Start(wrapper[0], [.. wrapper[1..], Python, "-ISc", Server, name, .. ports]);
        servers.Add(server);
        server.WaitForOutput("ready");
    }

    /// <summary>Returns the server and the source address that it saw, such as "pod 192.0.2.2", or the error.</summary>
    /// <param name="ownPort">The fixed source port of the client; 0 for any.</param>
    public string Ask(string from, string protocol, string address, int port, int ownPort = 0)
    {
        string[] client = [Python, "-ISc", Client, protocol, address, $"{port}", $"{ownPort}"];
        var asked = from == TheNode ? Node.Run(client[0], client[1..]) : Node.InPod(from, client[0], client[1..]);
        return asked.Succeeded().Stdout.Trim();
    }

    public void AssertNoAnswer(string from, string protocol, string address, int port) =>
        Assert.StartsWith("no answer", Ask(from, protocol, address, port), StringComparison.Ordinal);

    /// <summary>All tables as text without counters.</summary>
    public string Ruleset => Node.Run("nft", "--stateless", "list", "ruleset").Succeeded().Stdout;

    /// <summary>The kind and handle of every object. The kernel gives new objects new handles.</summary>
    public string Handles => Node.Run("nft", "--stateless", "--handle", "list", "ruleset").Succeeded().Stdout;

    /// <summary>The owners of all elements, one entry per element.</summary>
    public IReadOnlyList<string> Owners => [.. Objects("set").Concat(Objects("map"))
        .Where(set => set.TryGetProperty("elem", out _))
        .SelectMany(set => set.GetProperty("elem").EnumerateArray())
        .Select(Comment).Where(comment => comment.Length > 0).Order(StringComparer.Ordinal)];

    /// <summary>Returns the number of elements of an owner.</summary>
    public int CountOf(string owner) => Owners.Count(other => other == owner);

    public IEnumerable<JsonElement> Objects(string kind) =>
        Node.Run("nft", "-j", "list", "ruleset").Succeeded().Json.GetProperty("nftables").EnumerateArray()
            .Where(item => item.TryGetProperty(kind, out _)).Select(item => item.GetProperty(kind));

    /// <summary>Returns the comment of an element. An element of a map is a pair.</summary>
    static string Comment(JsonElement element)
    {
        var key = element.ValueKind == JsonValueKind.Array ? element[0] : element;
        return key.ValueKind == JsonValueKind.Object && key.TryGetProperty("elem", out var inner)
            && inner.TryGetProperty("comment", out var comment) ? comment.GetString()! : "";
    }

    /// <summary>Names of the records.</summary>
    public IReadOnlyList<string> Records => Node.Files("/run/cni-bridge/hostports");

    public string Localnet(string link) => Node.Run("cat", $"/proc/sys/net/ipv4/conf/{link}/route_localnet").Succeeded().Stdout.Trim();

    /// <summary>Enables or disables netfilter for frames that the bridge forwards between ports.</summary>
    public void SetBridgeNetfilter(bool isOn)
    {
        Requirement.Directory("/proc/sys/net/bridge", "br_netfilter in the kernel");
        var value = isOn ? "1" : "0";
        Node.Run("sh", "-ec", $"cd /proc/sys/net/bridge; echo {value} > bridge-nf-call-iptables; echo {value} > bridge-nf-call-ip6tables")
            .Succeeded();
    }

    public void AssertNothingLeft()
    {
        Assert.Empty(Owners);
        Assert.Empty(Records);
    }

    public void Dispose()
    {
        foreach (var server in servers)
        {
            server.Dispose();
        }
        Node.Dispose();
    }
}

using System.Text.Json;
using CniBridge.EndToEnd.Tests.Kubernetes.Fakes;

namespace CniBridge.EndToEnd.Tests.Kubernetes;

/// <summary>A node with an API server for kubectl, and with the manifests as kubectl sends them.</summary>
sealed class Cluster : IDisposable
{
    IReadOnlyList<JsonElement>? objects;

    public Cluster() => (Node, Server) = Kubectl.NewNode();

    /// <summary>Creates a cluster whose node is the first of two on a LAN without other hosts.</summary>
    public static Cluster OfTwoNodes()
    {
        var cluster = new Cluster();
        AddLan(cluster.Node);
        cluster.Server.Nodes.Put("node1", "192.168.1.11", "10.244.1.0/24");
        cluster.Server.Nodes.Put("node2", "192.168.1.12", "10.244.2.0/24");
        return cluster;
    }

    /// <summary>Gives a node the address 192.168.1.11.</summary>
    public static void AddLan(ScratchNode node)
    {
        node.Run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "lan").Succeeded();
        node.Run("ip", "link", "set", "lan", "up").Succeeded();
        node.Run("ip", "link", "set", "eth0", "up").Succeeded();
        node.Run("ip", "address", "add", "192.168.1.11/24", "dev", "eth0").Succeeded();
    }

    public ScratchNode Node { get; }

    public FakeApiServer Server { get; }

    public IReadOnlyList<JsonElement> Objects => objects ??= Manifests.Read(Node);

    /// <summary>Returns a part of the DaemonSet's pod.</summary>
    public JsonElement Pod(string path) => Objects.Of("DaemonSet").At($"spec/template/spec/{path}");

    /// <summary>Returns a value of the ConfigMap.</summary>
    public string Setting(string key) => Objects.Of("ConfigMap").At($"data/{key}").GetString()!;

    /// <summary>Returns the arguments as the kubelet passes them, with the values of variables for $(NAME).</summary>
    public List<string> AgentArguments()
    {
        var name = Objects.Of("ConfigMap").At("metadata/name").GetString();
        var arguments = Pod("containers/agent/args").Texts().ToList();
        foreach (var variable in Pod("containers/agent/env").EnumerateArray())
        {
            if (variable.At("valueFrom").TryGetProperty("configMapKeyRef", out var reference))
            {
                Assert.Equal(name, reference.At("name").GetString());
                var value = Setting(reference.At("key").GetString()!);
                arguments = arguments.ConvertAll(argument =>
                    argument.Replace($"$({variable.At("name").GetString()})", value, StringComparison.Ordinal));
            }
        }

        return arguments;
    }

    /// <summary>Returns the agent's answer to a readiness probe.</summary>
    public string Readiness() => Page("/readyz");

    /// <summary>Returns a page of the agent with the header of the answer.</summary>
    public string Page(string path, string address = "127.0.0.1") => Node.Run(
        "timeout", "60", "bash", "-c", $@"exec 3<>/dev/tcp/{address}/9469; printf 'GET {path} HTTP/1.0\r\n\r\n' >&3; cat <&3")
        .Succeeded().Stdout;

    public void Dispose()
    {
        Server.Dispose();
        Node.Dispose();
    }
}

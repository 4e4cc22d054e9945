using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of cni-bridge add with ports, addresses, a MAC address and CNI_ARGS, judged by ip, nft and a connection.</summary>
public sealed class AttachmentArgumentTests
{
    const string Mac = "02:00:00:00:00:77";

    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static ScratchNode NewNode(string capabilities = """{"mac": true, "ips": true}""")
    {
        Requirement.Node("nft", "python3");
        var node = new ScratchNode();
        node.AddPod("pod");
        node.WriteFile("/etc/cni/net.d/10-podnet.conflist", $$"""
            {"cniVersion": "1.0.0", "name": "podnet", "plugins": [
              {"type": "bridge", "bridge": "cni0", "isGateway": true, "capabilities": {{capabilities}},
               "ipam": {"type": "host-local", "subnet": "10.88.0.0/24"} },
              {"type": "portmap", "capabilities": {"portMappings": true} }]}
            """);
        return node;
    }

    static CommandResult Add(ScratchNode node, params string[] options) => node.Run(Program, ["add", "box", "pod", .. options]);

    [Fact]
    public void A_pod_gets_its_ports_address_and_MAC_address_as_from_a_runtime()
    {
        using var node = NewNode();

        Add(node, "--port", "8080:80/tcp", "--port", "127.0.0.1:5353:53/udp", "--ip", "10.88.0.77", "--mac", Mac,
            "--args", "IgnoreUnknown=1", "--args", "K8S_POD_NAMESPACE=shop", "--args", "K8S_POD_NAME=web-0").Succeeded();

        var link = node.Run("ip", "-n", "pod", "-j", "address", "show", "dev", "eth0").Succeeded().Json[0];
        Assert.Equal(Mac, link.GetProperty("address").GetString());
        Assert.Equal("10.88.0.77", link.GetProperty("addr_info")[0].GetProperty("local").GetString());
        Assert.Equal("pod 10.88.0.77", Connect(node));
        var rules = node.Run("nft", "list", "table", "ip", "cni-bridge").Succeeded().Stdout;
        Assert.Contains("5353", rules, StringComparison.Ordinal);
        var shown = node.Run(Program, "pod", "shop/web-0").Succeeded().Stdout;
        Assert.Contains("8080/tcp → 80\n", shown, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:5353/udp → 53\n", shown, StringComparison.Ordinal);

        node.Run(Program, "check", "box", "pod").Succeeded();
        node.Run(Program, "del", "box").Succeeded();
        Assert.DoesNotContain("8080", node.Run("nft", "list", "ruleset").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Empty(node.Reservations());
    }

    /// <summary>Connects to the host port 8080. The server in the pod answers with its name and its own address.</summary>
    static string Connect(ScratchNode node)
    {
        node.WriteFile("/run/node/server", """
            import socket
            listener = socket.create_server(("", 80))
            print("ready", flush=True)
            connection, peer = listener.accept()
            connection.sendall(f"pod {connection.getsockname()[0]}".encode())
            """);
        node.WriteFile("/run/node/client", """
            import socket
            print(socket.create_connection(("10.88.0.1", 8080), 30).recv(100).decode())
            """);
        return node.Run("timeout", "60", "sh", "-ec", """
            ip netns exec pod python3 /run/node/server > /run/node/ready &
            until grep -q ready /run/node/ready; do sleep 0.05; done
            python3 /run/node/client
            wait
            """).Succeeded().Stdout.Trim();
    }

    [Theory]
    [InlineData("--port", "8080", "invalid --port \"8080\": use ")]
    [InlineData("--port", "8080:80/http", "invalid --port \"8080:80/http\": use ")]
    [InlineData("--port", "0:80", "invalid --port \"0:80\": use ")]
    [InlineData("--port", "8080:65536", "invalid --port \"8080:65536\": use ")]
    [InlineData("--port", "host:8080:80", "invalid --port \"host:8080:80\": use ")]
    [InlineData("--ip", "10.88.0", "invalid --ip \"10.88.0\": use ")]
    [InlineData("--ip", "10.88.0.7/33", "invalid --ip \"10.88.0.7/33\": use ")]
    [InlineData("--mac", "02:00", "invalid --mac \"02:00\": use ")]
    [InlineData("--args", "K8S_POD_NAME", "invalid --args \"K8S_POD_NAME\": use KEY=VALUE")]
    [InlineData("--args", "A=1;B=2", "invalid --args \"A=1;B=2\": use KEY=VALUE")]
    [InlineData("--args", "A=1=2", "invalid --args \"A=1=2\": use KEY=VALUE")]
    public void The_error_for_an_invalid_value_names_it_and_nothing_changes(string option, string value, string message)
    {
        using var node = NewNode();

        var result = Add(node, option, value);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith($"cni-bridge: {message}", result.Stderr, StringComparison.Ordinal);
        Assert.Empty(node.Reservations());
    }

    [Theory]
    [InlineData("--mac", Mac, "mac")]
    [InlineData("--ip", "10.88.0.77", "ips")]
    public void A_capability_that_no_plugin_declares_is_an_error_with_the_key_to_add(string option, string value, string capability)
    {
        using var node = NewNode("{}");

        var result = Add(node, option, value);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(
            $"cni-bridge: no plugin of the network podnet has the capability {capability}: " +
            $"add \"capabilities\": {{\"{capability}\": true}} to the plugin's configuration\n", result.Stderr);
        Assert.Empty(node.Reservations());
    }
}

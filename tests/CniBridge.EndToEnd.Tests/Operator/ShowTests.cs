using System.Text.Json;
using System.Xml.Linq;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of cni-bridge show and pod against the output of ip.</summary>
public sealed class ShowTests
{
    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    const string Ports = """
        {"cniVersion": "1.0.0", "name": "podnet", "type": "portmap",
         "runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}, "prevResult": RESULT}
        """;

    /// <summary>
    /// Creates a node with two pods and a route to another node. The first pod belongs to Kubernetes and has a host port.
    /// </summary>
    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        foreach (var pod in (string[])["web", "db"])
            node.AddPod(pod);
        var result = RawCall.Of(node, "ADD", Configurations.Plain, "web")
            .With("CNI_ARGS", "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0").Succeed().Stdout;
        (RawCall.Of(node, "ADD", Ports.Replace("RESULT", result, StringComparison.Ordinal), "web") with { Plugin = "portmap" }).Succeed();
        RawCall.Of(node, "ADD", Configurations.Plain, "db").Succeed();
        node.Run("ip", "route", "add", "10.244.2.0/24", "via", "10.88.0.254", "proto", "67").Succeeded();
        return node;
    }

    static JsonElement Show(ScratchNode node) => node.Run(Program, "show", "--output", "json").Succeeded().Json;

    [Fact]
    public void Bridges_and_pods_agree_with_the_output_of_ip()
    {
        using var node = NewNode();

        var bridge = Assert.Single(Show(node).GetProperty("bridges").EnumerateArray());

        var link = node.IpJson("link", "show", "cni0")[0];
        Assert.Equal("cni0", bridge.GetProperty("name").GetString());
        Assert.Equal(link.GetProperty("address").GetString(), bridge.GetProperty("mac").GetString());
        Assert.Equal(link.GetProperty("mtu").GetInt32(), bridge.GetProperty("mtu").GetInt32());
        Assert.Equal(node.IpJson("address", "show", "cni0").GlobalAddresses(), Texts(bridge, "addresses"));
        Assert.Equal((2, 1023), (bridge.GetProperty("ports").GetInt32(), bridge.GetProperty("maxPorts").GetInt32()));
        var pods = bridge.GetProperty("pods").EnumerateArray().ToArray();
        Assert.Equal(["container-web", "container-db"], pods.Select(pod => Text(pod, "containerId")));
        foreach (var (pod, name) in pods.Zip(["web", "db"]))
        {
            var inside = node.IpJsonInPod(name, "address", "show", "eth0");
            Assert.Equal(inside.GlobalAddresses(), Texts(pod, "addresses"));
            Assert.Equal(inside[0].GetProperty("address").GetString(), Text(pod, "mac"));
            Assert.Equal(("podnet", "eth0", $"/run/netns/{name}"), (Text(pod, "network"), Text(pod, "interface"), Text(pod, "netns")));
            var host = node.IpJson("link", "show", Text(pod, "hostLink")!)[0];
            Assert.Equal($"podnet/container-{name}/eth0", host.GetProperty("ifalias").GetString());
        }
        Assert.Equal("shop/web-0", Text(pods[0], "pod"));
        Assert.Equal(8080, Assert.Single(pods[0].GetProperty("hostPorts").EnumerateArray()).GetProperty("hostPort").GetInt32());
        Assert.Empty(pods[1].GetProperty("hostPorts").EnumerateArray());
        var route = Assert.Single(Show(node).GetProperty("routes").EnumerateArray());
        Assert.Equal(("10.244.2.0/24", "10.88.0.254", "cni0"), (Text(route, "destination"), Text(route, "via"), Text(route, "link")));
    }

    [Fact]
    public void The_text_output_is_a_tree()
    {
        using var node = NewNode();

        var lines = node.Run(Program, "show").Succeeded().Stdout.Split('\n');

        Assert.Matches("^├─ cni0  10.88.0.1/24 fd00:88::1/64  [0-9a-f:]{17}  mtu 1500  up  2 of 1023 ports$", lines[1]);
        Assert.Matches("^│  shop/web-0  10.88.0.2/24 fd00:88::2/64  eth0 [0-9a-f:]{17}  \\(veth[0-9a-f]{8} up\\)$", lines[2]);
        Assert.Matches("^│     podnet container-web  /run/netns/web  age [0-9ms]+  8080/tcp → 80$", lines[3]);
        Assert.Matches("^│  container-db  10.88.0.3/24 ", lines[4]);
        Assert.Equal(["├─ routes to other nodes", "│  10.244.2.0/24 via 10.88.0.254 dev cni0", "└─ rules: complete", ""], lines[6..]);
        node.Run("nft", "flush", "ruleset").Succeeded();
        lines = node.Run(Program, "show").Succeeded().Stdout.Split('\n');
        Assert.Equal("└─ missing rules (restore them with cni-bridge repair)", lines[8]);
        Assert.Contains(
            lines[9..], line =>
            line.StartsWith("   host port 8080/tcp of any address of podnet/container-web/eth0", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', string.Concat(lines));
        using var other = new ScratchNode();
        Assert.EndsWith("└─ no pod bridge\n", other.Run(Program, "show").Succeeded().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bridge_without_pods_is_shown_only_if_a_configuration_names_it()
    {
        using var node = new ScratchNode();
        node.Run("sh", "-c", "ip link add cni0 type bridge; ip link add docker0 type bridge").Succeeded();
        node.WriteFile("/etc/cni/net.d/10-podnet.conf", Configurations.Plain);

        var bridge = Assert.Single(Show(node).GetProperty("bridges").EnumerateArray());

        Assert.Equal(("cni0", false), (Text(bridge, "name"), bridge.GetProperty("up").GetBoolean()));
    }

    [Theory]
    [InlineData("shop/web-0")]
    [InlineData("web-0")]
    [InlineData("container-we")]
    [InlineData("10.88.0.2")]
    [InlineData("fd00:88:0::2")]
    public void One_pod_is_found_by_any_of_its_names_and_shown_in_detail(string name)
    {
        using var node = NewNode();

        var shown = node.Run(Program, "pod", name).Succeeded().Stdout;

        Assert.Matches("(?m)^container +container-web$", shown);
        Assert.Matches("(?m)^route +default via 10.88.0.1$", shown);
        Assert.Matches("(?m)^route +default via fd00:88::1$", shown);
        Assert.Matches("(?m)^host port +8080/tcp → 80$", shown);
        Assert.Matches("(?m)^state +up$", shown);
        Assert.DoesNotContain("container-db", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_that_does_not_exist_is_an_error()
    {
        using var node = NewNode();
        var result = node.Run(Program, "pod", "unknown");
        Assert.Equal(
            (1, "cni-bridge: unknown pod \"unknown\": cni-bridge show lists the pods of this node\n"), (result.ExitCode, result.Stderr));
    }

    [Fact]
    public void Graphviz_draws_bridges_pods_and_routes()
    {
        Requirement.Programs("dot");
        using var node = NewNode();
        node.WriteFile($"{ScratchNode.Directory}/node.dot", node.Run(Program, "show", "--output", "dot").Succeeded().Stdout);

        var drawn = XElement.Parse(node.Run("dot", "-Tsvg", $"{ScratchNode.Directory}/node.dot").Succeeded().Stdout);

        var web = Assert.Single(BoxesOf(drawn), box => box[1] == "shop/web-0");
        Assert.Equal(["10.88.0.2/24", "fd00:88::2/64", MacOf(node, "web"), "up, mtu 1500", "8080/tcp → 80"], web[2..]);
        var bridge = Assert.Single(BoxesOf(drawn), box => box[1] == "cni0");
        Assert.Equal(
            ["10.88.0.1/24", "fd00:88::1/64", node.Run("cat", "/sys/class/net/cni0/address").Stdout.Trim(), "up, mtu 1500"], bridge[2..]);
        Assert.Contains(
            BoxesOf(drawn), edge => edge[0] == $"{bridge[0]}--{web[0]}" && edge[1].StartsWith("veth", StringComparison.Ordinal) &&
            edge[2] == "up, mtu 1500");
        Assert.Contains(
            BoxesOf(drawn), edge => edge[0].StartsWith("host--route", StringComparison.Ordinal) && edge[1] == "via 10.88.0.254");
    }

    /// <summary>Returns the boxes and edges with a label, each with its name and the lines of its label.</summary>
    static List<string[]> BoxesOf(XElement drawing) =>
    [
        .. drawing.Descendants().Where(element => (string?)element.Attribute("class") is "node" or "edge")
            .Select(element =>
                element.Elements().Where(child => child.Name.LocalName is "title" or "text").Select(child => child.Value).ToArray())
            .Where(box => box.Length > 1),
    ];

    static string MacOf(ScratchNode node, string pod) =>
        node.Run("ip", "-n", pod, "-json", "link", "show", "eth0").Succeeded().Json[0].GetProperty("address").GetString()!;

    [Fact]
    public void The_Mermaid_output_has_a_box_for_each_object_and_edges_between_them()
    {
        using var node = NewNode();
        var mermaid = node.Run(Program, "show", "--output", "mermaid").Succeeded().Stdout;
        Assert.StartsWith("graph LR\n", mermaid, StringComparison.Ordinal);
        Assert.Matches("(?m)^  bridge0\\[\"cni0<br>10.88.0.1/24<br>fd00:88::1/64<br>[0-9a-f:]{17}<br>up, mtu 1500\"\\]$", mermaid);
        Assert.Matches("(?m)^  bridge0 ---\\|\"veth[0-9a-f]{8}<br>up, mtu 1500\"\\| pod0_1$", mermaid);
    }

    [Fact]
    public void The_version_is_printed_as_JSON()
    {
        using var node = new ScratchNode();
        var version = node.Run(Program, "version", "--output", "json").Succeeded().Json;
        Assert.Matches("^[0-9]+\\.[0-9]+\\.[0-9]+", Text(version, "version"));
        Assert.Equal(["bridge", "host-local", "loopback", "portmap"], Texts(version, "roles"));
        Assert.Equal(["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"], Texts(version, "cniVersions"));
        Assert.StartsWith(
            $"cni-bridge {Text(version, "version")}", node.Run(Program, "version").Succeeded().Stdout, StringComparison.Ordinal);
    }

    static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    static IEnumerable<string> Texts(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(one => one.GetString()!)];
}

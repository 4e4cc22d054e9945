using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of cni-bridge conf init: the network configuration of a node from the node table, and pods that use it.</summary>
public sealed class ConfigurationCommandTests
{
    const string Path = "/etc/cni/net.d/10-cni-bridge.conflist";

    const string NodesFile = $"{ScratchNode.Directory}/nodes.json";

    const string Cluster = """
        { "nodes": [
          { "name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24", "fd00:10:244:1::/64"] },
          { "name": "node2", "addresses": ["192.168.1.12"], "podRanges": ["10.244.2.0/24", "fd00:10:244:2::/64"] },
          { "name": "node3", "addresses": ["192.168.1.300"], "podRanges": ["10.244.2.0/25"] }
        ] }
        """;

    /// <summary>The nodes in the output of kubectl.</summary>
    const string Kubernetes = """
        { "apiVersion": "v1", "items": [ { "apiVersion": "v1", "kind": "Node", "metadata": { "name": "node1" },
          "spec": { "podCIDR": "10.244.7.0/24", "podCIDRs": ["10.244.7.0/24"] },
          "status": { "addresses": [ { "address": "192.168.1.11", "type": "InternalIP" } ] } } ], "kind": "List" }
        """;

    static string Program => System.IO.Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.WriteFile(NodesFile, Cluster);
        return node;
    }

    static CommandResult Init(ScratchNode node, params string[] arguments) => node.Run(Program, ["conf", "init", .. arguments]);

    static string Subnet(ScratchNode node) => new CommandResult("", 0, File.ReadAllText(node.FromOutside(Path)), "").Json
        .GetProperty("plugins")[0].GetProperty("ipam").GetProperty("ranges")[0][0].GetProperty("subnet").GetString()!;

    [Fact]
    public void Pods_get_addresses_from_the_ranges_of_the_node()
    {
        using var node = NewNode();
        node.AddPod("pod");

        var written = Init(node, "--nodes", NodesFile, "--node-name", "node1", "--service-cidr", "10.96.0.0/12").Succeeded();
        var again = Init(node, "--nodes", NodesFile, "--node-name", "node1", "--service-cidr", "10.96.0.0/12").Succeeded();

        Assert.Equal($"wrote {Path}\n", written.Stdout);
        // The problem of node3 is reported and stops nothing.
        Assert.Equal(
        [
            "cni-bridge: node3: invalid address \"192.168.1.300\": use an IP address",
            "cni-bridge: node3: the pod CIDR 10.244.2.0/25 is not used: it overlaps 10.244.2.0/24 of node2",
        ], written.Stderr.TrimEnd('\n').Split('\n'));
        Assert.Equal($"{Path} is up to date\n", again.Stdout);
        var result = node.Run(Program, "add", "box", "pod").Succeeded().Json;
        Assert.Equal(
            ["10.244.1.2/24", "fd00:10:244:1::2/64"],
            result.GetProperty("ips").EnumerateArray().Select(ip => ip.GetProperty("address").GetString()));
        Assert.Equal(
            ["0.0.0.0/0", "::/0"], result.GetProperty("routes").EnumerateArray().Select(route => route.GetProperty("dst").GetString()));
        node.Run(Program, "check", "box", "pod").Succeeded();
        node.AssertPodReaches("pod", "10.244.1.1");
        node.AssertPodReaches("pod", "fd00:10:244:1::1");
        // Traffic to pods of other nodes keeps the pod's own address.
        var rules = node.Run("nft", "list", "ruleset").Succeeded().Stdout;
        Assert.All((string[])["10.244.1.0-10.244.2.255", "fd00:10:244:1::-fd00:10:244:2:ffff:ffff:ffff:ffff"], range =>
            Assert.Contains(range, rules, StringComparison.Ordinal));
        node.Run(Program, "del", "box", "pod").Succeeded();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void The_list_may_come_through_a_pipe_and_the_name_from_the_environment()
    {
        using var node = NewNode();
        var environment = new Dictionary<string, string> { ["NODE_NAME"] = "node1" };

        node.Run(Program, ["conf", "init", "--nodes", "-", "--path", "/run/node/net.d/x.conflist"], Kubernetes, environment).Succeeded();

        Assert.Contains("10.244.7.0/24", File.ReadAllText(node.FromOutside("/run/node/net.d/x.conflist")), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_node_name_the_host_name_in_lower_case_is_used()
    {
        using var node = NewNode();

        var result = node.Run(
            "unshare", "--uts", "sh", "-c", $"hostname NODE1 && exec {Shell.Quote(Program)} conf init --nodes {NodesFile}");

        result.Succeeded();
        Assert.Equal("10.244.1.0/24", Subnet(node));
    }

    [Fact]
    public void A_dry_run_prints_and_writes_nothing()
    {
        using var node = NewNode();

        var result = Init(node, "--nodes", NodesFile, "--node-name", "node2", "--dry-run").Succeeded();

        Assert.Equal("10.244.2.0/24",
            result.Json.GetProperty("plugins")[0].GetProperty("ipam").GetProperty("ranges")[0][0].GetProperty("subnet").GetString());
        Assert.Equal(JsonValueKind.String, result.Json.GetProperty("managedBy").ValueKind);
        Assert.Empty(node.Files("/etc/cni/net.d"));
    }

    [Fact]
    public void A_file_without_managedBy_stays_and_a_file_that_sorts_first_is_reported()
    {
        using var node = NewNode();
        node.WriteFile("/etc/cni/net.d/05-other.conflist", "{}");

        var warned = Init(node, "--nodes", NodesFile, "--node-name", "node1").Succeeded();
        Assert.EndsWith($"cni-bridge: runtimes use /etc/cni/net.d/05-other.conflist instead of {Path}, " +
            $"because its name sorts first: remove it to use {Path}\n", warned.Stderr, StringComparison.Ordinal);
        node.WriteFile(Path, "{}");

        AssertFails(
            Init(node, "--nodes", NodesFile, "--node-name", "node1"), $"cni-bridge: {Path} is not changed: cni-bridge did not write it");
        Assert.Equal("{}", File.ReadAllText(node.FromOutside(Path)));
    }

    [Theory]
    [InlineData("--node-name node9", "node \"node9\" is not among the 3 nodes from the file ")]
    [InlineData(
        "--node-name node3",
        "cannot create the network configuration for node3: the pod CIDR 10.244.2.0/25 is not used: it overlaps 10.244.2.0/24 of node2")]
    [InlineData("--node-name node1 --service-cidr 10.244.0.0/16", "the pod CIDR 10.244.1.0/24 overlaps --service-cidr 10.244.0.0/16")]
    [InlineData(
        "--node-name node1 --cluster-cidr 10.244.0.0/16", "the pod CIDR fd00:10:244:1::/64 is outside --cluster-cidr 10.244.0.0/16")]
    [InlineData("--node-name node1 --service-cidr x", "--service-cidr \"x\" is invalid: use ADDRESS/LENGTH")]
    public void An_invalid_network_is_refused_and_no_file_is_written(string arguments, string why)
    {
        using var node = NewNode();

        AssertFails(Init(node, ["--nodes", NodesFile, .. arguments.Split(' ')]), why);

        Assert.Empty(node.Files("/etc/cni/net.d"));
    }

    [Fact]
    public void The_default_source_is_the_file_in_etc()
    {
        using var node = NewNode();

        AssertFails(Init(node, "--node-name", "node1"), "cannot read the nodes file /etc/cni-bridge/nodes.json: ");
    }

    static void AssertFails(CommandResult result, string why)
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains(why, result.Stderr, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of cni-bridge uninstall, which restores the node after any sequence of events.</summary>
public sealed class UninstallTests
{
    const string Conflist = "/etc/cni/net.d/10-cni-bridge.conflist";
    const string Fancy = "/etc/cni/net.d/20-fancy.conflist";
    const string Nodes = $"{ScratchNode.Directory}/nodes.json";

    internal static string[] InstallOptions { get; } =
    [
        "install", "--with-conf", "--pod-cidr", "10.88.0.0/24", "--pod-cidr", "fd00:88::/64",
        "--cluster-cidr", "10.88.0.0/16,fd00:88::/48", "--host-integration",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Uninstall_restores_the_former_state_of_the_node(bool hasOthers)
    {
        using var node = WholeNode.NewNode();
        if (hasOthers)
            PutOthers(node);
        var before = node.WholeState();

        node.CniBridge(InstallOptions).Succeeded();
        Use(node);
        var used = node.WholeState();
        var announced = node.CniBridge("uninstall", "--dry-run").Succeeded().Stdout;
        Assert.Equal(used, node.WholeState());
        var done = node.CniBridge("uninstall").Succeeded().Stdout;

        Assert.EndsWith($"left {Fancy}: cni-bridge did not write it\n", done, StringComparison.Ordinal);
        node.Run("rm", Fancy).Succeeded();
        Assert.Equal(before, node.WholeState());
        Assert.Equal(announced, Announced(done));
        foreach (var word in s_expected)
            Assert.Contains(word, done, StringComparison.Ordinal);
        node.CniBridge("uninstall").Succeeded();
        Assert.Equal(before, node.WholeState());
    }

    static readonly string[] s_expected =
    [
        $"removed the file {Conflist}\n", "removed the file /etc/sysctl.d/90-cni-bridge.conf\n", "removed the table ip cni-bridge\n",
        "removed the table ip6 cni-bridge\n", "removed the table bridge cni-bridge\n", "removed the route 10.88.2.0/24\n",
        "removed the bridge cni0\n", "removed the bridge cni1\n", "set net/ipv4/conf/all/forwarding to 0\n",
        "removed the directory /var/lib/cni/networks/podnet\n",
    ];

    /// <summary>Creates Go's plugins, and objects that resemble ours.</summary>
    static void PutOthers(ScratchNode node)
    {
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        node.Run("sh", "-ec", $$"""
            cp -a {{PluginDirectory.Go}}/. {{WholeNode.Bin}}
            ln -sfn /nowhere {{WholeNode.Bin}}/portmap
            ip link add br0 type bridge
            nft add table ip cni-bridge-of-others
            ip route add 10.99.0.0/24 via 192.168.1.99 proto static
            ip link add eth1 type veth peer name lan1
            echo 1 > /proc/sys/net/ipv4/conf/eth1/forwarding
            echo 1 > /proc/sys/net/ipv6/conf/eth1/forwarding
            echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects
            mkdir -p /var/lib/cni/networks/other
            echo -n owner > /var/lib/cni/networks/other/10.77.0.2
            """).Succeeded();
    }

    /// <summary>Adds and deletes pods with spoofing rules and masquerading, and routes to another node.</summary>
    static void Use(ScratchNode node)
    {
        node.WriteFile(Nodes, """
            {"nodes": [
              {"name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.88.0.0/24"]},
              {"name": "node2", "addresses": ["192.168.1.12"], "podRanges": ["10.88.2.0/24"]}]}
            """);
        node.Run($"{WholeNode.Bin}/cni-bridge", "routes", "sync", "--nodes", Nodes, "--node-name", "node1").Succeeded();
        for (var i = 0; i < 2; i++)
        {
            node.AddPod($"pod{i}");
            node.Run($"{WholeNode.Bin}/cni-bridge", "add", $"box{i}", $"pod{i}").Succeeded();
        }
        UseFancyPod(node);
        for (var i = 0; i < 2; i++)
        {
            node.Run($"{WholeNode.Bin}/cni-bridge", "del", $"box{i}", $"pod{i}").Succeeded();
            node.Run("ip", "netns", "delete", $"pod{i}").Succeeded();
        }
        node.Run("sh", "-c", "for bridge in cni0 cni1; do until ip link show $bridge | grep -q NO-CARRIER; do sleep 0.01; done; done")
            .Succeeded();
    }

    /// <summary>Adds a pod on the bridge of a network that was configured by hand.</summary>
    static void UseFancyPod(ScratchNode node)
    {
        var plugin = Configurations.WithIpam(
            """{"subnet": "10.88.9.0/24"}""", """{"name": "fancy", "bridge": "cni1", "macspoofchk": true}""");
        node.WriteFile(Fancy, $$"""{"cniVersion": "1.0.0", "name": "fancy", "plugins": [{{plugin}}]}""");
        node.AddPod("fancy");
        RawCall.Of(node, "ADD", plugin, "fancy").Succeed();
        RawCall.Of(node, "DEL", plugin, "fancy").Succeed();
        node.Run("ip", "netns", "delete", "fancy").Succeeded();
    }

    internal static string Announced(string done) =>
        string.Concat(done.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2) switch
    {
        ["removed", var rest] => $"would remove {rest}\n",
        ["put" or "set", _] => $"would {line}\n",
        _ => line + "\n",
    }));

    [Fact]
    public void The_JSON_output_contains_the_same_actions()
    {
        using var node = WholeNode.NewNode();
        node.CniBridge(InstallOptions).Succeeded();

        var announced = JsonNode.Parse(node.CniBridge("uninstall", "--dry-run", "--output", "json").Succeeded().Stdout)!;
        var done = JsonNode.Parse(node.CniBridge("uninstall", "--output", "json").Succeeded().Stdout)!;

        Assert.True((bool)announced["dryRun"]!);
        Assert.False((bool)done["dryRun"]!);
        Assert.Equal(announced["steps"]!.ToJsonString(), done["steps"]!.ToJsonString());
        Assert.Equal(("remove", $"the file {Conflist}"), ((string)done["steps"]![0]!["verb"]!, (string)done["steps"]![0]!["what"]!));
    }

    [Fact]
    public void Foreign_and_earlier_objects_stay()
    {
        using var node = WholeNode.NewNode();
        node.Run("sh", "-ec", """
            ip link add cni0 type bridge
            ip address add 10.88.0.1/24 dev cni0
            echo 1 > /proc/sys/net/ipv4/ip_forward
            """).Succeeded();
        node.CniBridge("install").Succeeded();
        const string other = "/etc/cni/net.d/20-other.conflist";
        node.WriteFile(
            other, $$"""{"cniVersion": "1.0.0", "name": "other", "plugins": [{{Configurations.With("""{"bridge": "br9"}""")}}]}""");
        node.WriteFile("/etc/sysctl.d/90-cni-bridge.conf", "net.ipv4.ip_forward = 1\n");
        node.Run("sh", "-ec", """
            ip link add br9 type bridge
            ip link add port9 master br9 type veth peer name lan9
            rm /opt/cni/bin/portmap
            echo new > /opt/cni/bin/portmap
            """).Succeeded();

        var done = node.CniBridge("uninstall").Succeeded().Stdout;

        Assert.Contains("left the bridge cni0: it existed before the installation\n", done, StringComparison.Ordinal);
        Assert.Contains("left the bridge br9: it has other ports: port9\n", done, StringComparison.Ordinal);
        Assert.Contains($"left {other}: cni-bridge did not write it\n", done, StringComparison.Ordinal);
        Assert.Equal(
            ["cni0", "br9"],
            node.IpJson("link", "show", "type", "bridge").EnumerateArray().Select(link => link.GetProperty("ifname").GetString()));
        Assert.Equal("1\n", node.Run("cat", "/proc/sys/net/ipv4/ip_forward").Stdout);
        Assert.Equal(["portmap"], node.Files(WholeNode.Bin));
        Assert.Equal("net.ipv4.ip_forward = 1\n", node.Run("cat", "/etc/sysctl.d/90-cni-bridge.conf").Stdout);
    }

    [Fact]
    public void Foreign_reservations_keep_their_directory()
    {
        using var node = WholeNode.NewNode();
        node.CniBridge(InstallOptions).Succeeded();
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.7", "somebody\r\neth0");

        var done = node.CniBridge("uninstall").Succeeded().Stdout;

        Assert.Contains("left /var/lib/cni/networks/podnet: it contains 10.88.0.7\n", done, StringComparison.Ordinal);
        Assert.Equal(
            ["networks/podnet/10.88.0.7"], node.Files("/var/lib/cni").Where(file => !file.EndsWith("/lock", StringComparison.Ordinal)));
    }

    // The plugin changed the setting together with forwarding, so that the node kept its default route.
    [Fact]
    public void Uninstall_restores_the_settings_for_router_advertisements()
    {
        using var node = WholeNode.NewNode();
        node.CniBridge("install").Succeeded();
        node.Run("sh", "-c", "echo 2 > /proc/sys/net/ipv6/conf/eth0/accept_ra").Succeeded();

        Assert.Contains(
            "set net/ipv6/conf/eth0/accept_ra to 1\n", node.CniBridge("uninstall").Succeeded().Stdout, StringComparison.Ordinal);

        Assert.Equal("1\n", node.Run("cat", "/proc/sys/net/ipv6/conf/eth0/accept_ra").Stdout);
    }

    [Fact]
    public void Without_a_record_uninstall_removes_only_marked_objects()
    {
        using var node = WholeNode.NewNode();
        node.Run("sh", "-ec", $"cp -a {Shell.Quote(PluginDirectory.UnderTest)}/. {WholeNode.Bin}").Succeeded();
        node.AddPod("pod");
        var call = RawCall.Of(node, "ADD", Configurations.With("""{"ipMasq": true}"""));
        call.Succeed();
        call.With("CNI_COMMAND", "DEL").Succeed();

        var done = node.CniBridge("uninstall").Succeeded().Stdout;

        Assert.Contains("left the bridge cni0: it may have existed before the installation\n", done, StringComparison.Ordinal);
        Assert.Contains("left forwarding: ", done, StringComparison.Ordinal);
        Assert.Empty(node.Files(WholeNode.Bin));
        Assert.DoesNotContain("cni-bridge", node.Run("nft", "list", "ruleset").Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Empty(node.Files("/var/lib/cni-bridge"));
        node.Run("ip", "link", "show", "cni0").Succeeded();
    }

    // The init container has the node's plugins at another path and no other directory of the node.
    [Fact]
    public void Directories_unknown_to_the_installation_stay()
    {
        using var node = WholeNode.NewNode();
        node.Run("sh", "-ec", $"mkdir -p /run/host/bin && mount --bind {WholeNode.Bin} /run/host/bin").Succeeded();
        node.CniBridge("install", "--bin-dir", "/run/host/bin").Succeeded();
        node.Run("umount", "/run/host/bin").Succeeded();
        node.Run("mkdir", "-p", "/var/lib/cni/networks/podnet").Succeeded();

        var done = node.CniBridge("uninstall").Succeeded().Stdout;

        Assert.DoesNotContain("removed the directory /var/lib/cni", done, StringComparison.Ordinal);
        Assert.Contains(
            "left /var/lib/cni/networks/podnet: it may be older than the installation, which was made in a container\n", done,
            StringComparison.Ordinal);
        Assert.Empty(node.Files(WholeNode.Bin));
        node.Run("test", "-d", WholeNode.Bin, "-a", "-d", "/var/lib/cni/networks/podnet").Succeeded();
    }

    [Fact]
    public void A_damaged_record_is_reported_and_no_step_is_undone()
    {
        using var node = WholeNode.NewNode();
        node.CniBridge(InstallOptions).Succeeded();
        node.WriteFile($"{WholeNode.Bin}/.cni-bridge/installation.json", "{");
        var before = node.WholeState();

        node.CniBridge("uninstall").Fails("installation.json", "JSON");

        Assert.Equal(before, node.WholeState());
    }

    [Fact]
    public void Uninstall_changes_nothing_on_a_node_without_an_installation()
    {
        using var node = WholeNode.NewNode();
        var before = node.WholeState();

        Assert.Equal("nothing to uninstall\n", node.CniBridge("uninstall", "--dry-run").Succeeded().Stdout);

        Assert.Equal(before, node.WholeState());
    }
}

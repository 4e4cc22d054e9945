using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of install --with-conf and --host-integration.</summary>
public sealed class InstallOptionTests
{
    const string Conflist = "/etc/cni/net.d/10-cni-bridge.conflist";
    const string OwnFile = $"{ScratchNode.Directory}/own.conflist";

    [Fact]
    public void The_configuration_is_the_documented_one_with_the_range_of_this_node()
    {
        using var node = WholeNode.NewNode();

        var output = node.CniBridge("install", "--with-conf", "--pod-cidr", "10.244.1.0/24").Succeeded().Stdout;

        Assert.EndsWith($"wrote {Conflist}\n", output, StringComparison.Ordinal);
        var written = Read(node);
        Assert.StartsWith("cni-bridge install", (string)written["managedBy"]!, StringComparison.Ordinal);
        written.Remove("managedBy");
        var documented = JsonNode.Parse(File.ReadAllText(Path.Combine(PluginDirectory.RepositoryRoot, "conf/10-bridge.conflist")));
        Assert.Equal(documented!.ToJsonString(), written.ToJsonString());
        node.AddPod("pod");
        node.Run("/opt/cni/bin/cni-bridge", "add", "box", "pod").Succeeded();
        node.AssertPodReaches("pod", "10.244.1.1");
    }

    [Fact]
    public void Both_families_and_the_networks_of_the_cluster_can_be_given()
    {
        using var node = WholeNode.NewNode();

        var output = node.CniBridge(
            "install", "--with-conf", "--pod-cidr", "10.244.1.0/24", "--pod-cidr", "fd00:10:244:1::/64",
            "--cluster-cidr", "10.244.0.0/16,fd00:10:244::/48", "--output", "json").Succeeded().Json;

        Assert.Equal([Conflist], output.GetProperty("written").EnumerateArray().Select(path => path.GetString()));
        var bridge = Read(node)["plugins"]![0]!;
        Assert.True((bool)bridge["ipMasq"]!);
        Assert.Equal("""["10.244.0.0/16","fd00:10:244::/48"]""", bridge["nonMasqueradeCIDRs"]!.ToJsonString());
        Assert.Equal("""[[{"subnet":"10.244.1.0/24"}],[{"subnet":"fd00:10:244:1::/64"}]]""", bridge["ipam"]!["ranges"]!.ToJsonString());
    }

    [Theory]
    [InlineData("--with-conf={0}")]
    [InlineData("--with-conf", "{0}")]
    public void Our_configuration_is_marked_and_can_be_changed(params string[] option)
    {
        using var node = WholeNode.NewNode();
        string[] install = ["install", .. option.Select(text => string.Format(null, text, OwnFile))];
        var own = $$"""{"cniVersion": "1.0.0", "name": "own", "plugins": [{{Configurations.Plain}}]}""";
        node.WriteFile(OwnFile, own);
        node.CniBridge(install).Succeeded();

        var written = Read(node);
        Assert.True(written.Remove("managedBy"));
        Assert.Equal(JsonNode.Parse(own)!.ToJsonString(), written.ToJsonString());
        Assert.DoesNotContain("wrote", node.CniBridge(install).Succeeded().Stdout, StringComparison.Ordinal);
        node.WriteFile(OwnFile, own.Replace("\"own\"", "\"other\"", StringComparison.Ordinal));
        Assert.Contains("wrote", node.CniBridge(install).Succeeded().Stdout, StringComparison.Ordinal);
        Assert.Equal("other", (string)Read(node)["name"]!);
    }

    [Fact]
    public void Impossible_options_are_refused_before_any_change()
    {
        using var node = WholeNode.NewNode();
        node.WriteFile(OwnFile, """{"name": "own", "plugins": []}""");
        const string single = $"{ScratchNode.Directory}/single.conf";
        node.WriteFile(single, Configurations.Plain);
        var before = node.WholeState();

        Refused(["--with-conf"], "--pod-cidr");
        Refused(["--pod-cidr", "10.244.1.0/24"], "--with-conf");
        Refused(["--with-conf", OwnFile, "--pod-cidr", "10.244.1.0/24"], "--with-conf");
        Refused(["--with-conf", "--pod-cidr", "10.244.1.7/24"], "10.244.1.7/24", "10.244.1.0/24");
        Refused(["--with-conf", "--pod-cidr", "pods"], "--pod-cidr", "pods");
        Refused(["--with-conf", "--pod-cidr", "10.244.1.0/31"], "too small");
        Refused(["--with-conf", "--pod-cidr", "10.244.1.0/24", "--cluster-cidr", "10.0.0.0/16"], "--cluster-cidr");
        Refused(["--with-conf", OwnFile], OwnFile, "at least one plugin");
        Refused(["--with-conf", single], single, "list of plugins");
        Refused(["--with-conf", "/missing"], "/missing");

        void Refused(string[] options, params string[] words)
        {
            node.CniBridge(["install", .. options]).Fails(words);
            Assert.Equal(before, node.WholeState());
        }
    }

    [Theory]
    [InlineData(Conflist)]
    [InlineData("/etc/sysctl.d/90-cni-bridge.conf")]
    [InlineData("/etc/NetworkManager/conf.d/90-cni-bridge.conf")]
    [InlineData("/etc/systemd/network/05-cni-bridge.network")]
    public void Foreign_files_are_refused_before_any_change(string path)
    {
        using var node = WholeNode.NewNode();
        node.WriteFile(path, "{}\n");
        var before = node.WholeState();

        node.CniBridge("install", "--with-conf", "--pod-cidr", "10.244.1.0/24", "--host-integration").Fails(path, "cni-bridge");

        Assert.Equal(before, node.WholeState());
    }

    [Fact]
    public void A_configuration_that_sorts_first_is_reported()
    {
        using var node = WholeNode.NewNode();
        node.WriteFile("/etc/cni/net.d/05-other.conflist", "{}");

        var result = node.CniBridge("install", "--with-conf", "--pod-cidr", "10.244.1.0/24").Succeeded();

        Assert.Contains("/etc/cni/net.d/05-other.conflist", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_written_for_the_installed_programs()
    {
        using var node = WholeNode.NewNode();
        node.WriteFile(
            "/etc/cni/net.d/20-other.conflist",
            $$"""{"cniVersion": "1.0.0", "name": "other", "plugins": [{{Configurations.With("""{"bridge": "br9"}""")}}]}""");

        var first = node.CniBridge("install", "--host-integration").Succeeded().Stdout;

        string[] files =
        [
            "/etc/sysctl.d/90-cni-bridge.conf", "/etc/NetworkManager/conf.d/90-cni-bridge.conf",
            "/etc/systemd/network/05-cni-bridge.link", "/etc/systemd/network/05-cni-bridge.network",
        ];
        Assert.Equal(files, first.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(line => line["wrote ".Length..]));
        Assert.All(files, file => Assert.StartsWith("# Written by cni-bridge ", node.Run("cat", file).Stdout, StringComparison.Ordinal));
        Assert.All(files[1..], file => Assert.Contains("br9", node.Run("cat", file).Stdout, StringComparison.Ordinal));
        Assert.DoesNotContain("wrote", node.CniBridge("install", "--host-integration").Succeeded().Stdout, StringComparison.Ordinal);
        node.Run("rm", "-r", "/etc/NetworkManager", "/etc/systemd", "/etc/sysctl.d").Succeeded();
        Assert.EndsWith(
            "is already installed in /opt/cni/bin\nwrote /etc/sysctl.d/90-cni-bridge.conf\n",
            node.CniBridge("install", "--host-integration").Succeeded().Stdout, StringComparison.Ordinal);
    }

    // Programs that apply settings again must not affect pods, and an uplink continues to listen to routers.
    [Theory]
    [InlineData("sysctl", "--system")]
    [InlineData("/usr/lib/systemd/systemd-sysctl")]
    public void Settings_that_are_applied_again_keep_forwarding_on(params string[] command)
    {
        using var node = WholeNode.NewNode(command[0]);
        node.WriteFile(
            "/etc/sysctl.d/10-cautious.conf",
            "net.ipv4.ip_forward = 0\nnet.ipv6.conf.all.forwarding = 0\nnet.ipv6.conf.eth0.accept_ra = 1\n");
        node.Run("ip", "-6", "route", "add", "default", "via", "fe80::1", "dev", "eth0", "proto", "ra").Succeeded();
        node.CniBridge("install", "--host-integration").Succeeded();

        node.Run(command[0], command[1..]).Succeeded();

        Assert.Equal("1\n1\n2\n", node.Run(
            "cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding",
                "/proc/sys/net/ipv6/conf/eth0/accept_ra").Stdout);
    }

    // systemd-networkd manages each link that a file matches, and removes foreign settings from it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void systemd_networkd_does_not_manage_links_of_pods(bool isIntegrated)
    {
        const string networkd = "/usr/lib/systemd/systemd-networkd";
        using var node = WholeNode.NewNode(networkd);
        node.CniBridge(
            ["install", "--with-conf", "--pod-cidr", "10.244.1.0/24", .. isIntegrated ? ["--host-integration"] : Array.Empty<string>()])
            .Succeeded();
        node.AddPod("pod");
        node.CniBridge("add", "box", "pod", "--bin-dir", WholeNode.Bin).Succeeded();
        node.WriteFile(
            "/etc/systemd/network/20-all.network", "[Match]\nName=*\n[Network]\nAddress=192.0.2.77/24\nLinkLocalAddressing=no\n");
        // The setup is that of a container without udev, with a link that appears after all others.
        node.Run("sh", "-ec", """
            mount -o remount,ro /sys
            mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp
            ip link add last0 type veth peer name last1
            ip link set last0 up
            ip link set last1 up
            """).Succeeded();

        using var running = node.Start("timeout", ["60", networkd]);
        node.Run("timeout", "50", "sh", "-c", "until ip address show last0 | grep -q 192.0.2.77; do sleep 0.1; done").Succeeded();

        var taken = node.IpJson("address", "show", "to", "192.0.2.77").EnumerateArray()
            .Select(link => link.GetProperty("ifname").GetString()!).ToList();
        Assert.Contains("eth0", taken);
        Assert.Equal(
            isIntegrated,
            !taken.Exists(name => name == "cni0" || (name.StartsWith("veth", StringComparison.Ordinal) && name.Length == 12)));
        Assert.Equal(isIntegrated, node.Run("ip", "-6", "address", "show", "cni0").Stdout.Contains("fe80", StringComparison.Ordinal));
    }

    static JsonObject Read(ScratchNode node) => JsonNode.Parse(node.Run("cat", Conflist).Succeeded().Stdout)!.AsObject();
}

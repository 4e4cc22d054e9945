using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of DEL: it succeeds and leaves nothing of the attachment in any state of the node.</summary>
public sealed class DeleteTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/run/netns/other")]
    [InlineData("/run/text")]
    [InlineData("/run/netns")]
    [InlineData("/run/fifo")]
    [InlineData("/run/text/below")]
    [InlineData("/proc/1/ns/uts")]
    public void DEL_without_the_namespace_detaches_a_running_pod(string? path)
    {
        using var node = NewNode();
        Add(node);

        Del(node).With("CNI_NETNS", path).Succeed();

        node.AssertNoResidue("pod");
    }

    [Theory]
    [InlineData("""{"subnet": "10.88.0.0/24"}""")]
    [InlineData("""{"subnet": "fd00:88::/64"}""")]
    [InlineData("""{"ranges": [[{"subnet": "fd00:88::/64"}], [{"subnet": "10.88.0.0/24"}]]}""")]
    public void A_pod_whose_namespace_ended_is_deleted_twice(string ipam)
    {
        using var node = NewNode();
        var configuration = Configurations.WithIpam(ipam);
        var added = RawCall.Of(node, "ADD", configuration).Succeed();
        node.Run("ip", "netns", "delete", "pod").Succeeded();

        var deletion = RawCall.Of(node, "DEL", configuration).WithPrevious(added);
        Assert.Empty(deletion.Succeed().Stdout);
        Assert.Empty(deletion.Succeed().Stdout);

        Assert.Empty(node.Reservations());
        Assert.Empty(node.PodLinks(PodNetwork.Bridge));
    }

    [Fact]
    public void DEL_succeeds_if_a_plain_file_replaced_the_namespace()
    {
        using var node = NewNode();
        Add(node);
        node.Run("ip", "netns", "delete", "pod").Succeeded();
        node.WriteFile("/run/netns/pod", "");

        Del(node).Succeed();

        Assert.Empty(node.Reservations());
        Assert.Empty(node.PodLinks(PodNetwork.Bridge));
    }

    [Theory]
    [InlineData("bridge", Configurations.Plain)]
    [InlineData("bridge", """{"name": "podnet", "cniVersion": "1.0.0", "type": "bridge"}""")]
    [InlineData("host-local", Configurations.Plain)]
    [InlineData("loopback", """{"name": "lo", "cniVersion": "1.0.0", "type": "loopback"}""")]
    public void A_DEL_on_an_empty_node_creates_nothing(string plugin, string configuration)
    {
        using var node = NewNode();
        var before = node.Snapshot();

        var call = RawCall.Of(node, "DEL", configuration) with { Plugin = plugin };
        call.Succeed();
        call.With("CNI_NETNS", "/run/netns/missing").Succeed();
        call.With("CNI_NETNS", null).Succeed();

        Assert.Equal(before, node.Snapshot());
    }

    [Theory]
    [InlineData("""{"mtu": -1}""")]
    [InlineData("""{"mtu": "big"}""")]
    [InlineData("""{"bridge": "a/b"}""")]
    [InlineData("""{"bridge": "other0"}""")]
    [InlineData("""{"bridge": 5}""")]
    [InlineData("""{"hairpinMode": true, "promiscMode": true}""")]
    [InlineData("""{"ipMasq": true, "ipMasqBackend": "ufw"}""")]
    [InlineData("""{"nonMasqueradeCIDRs": ["pods"]}""")]
    [InlineData("""{"macspoofchk": true}""")]
    [InlineData("""{"vlan": 7}""")]
    [InlineData("""{"ipam": {"type": "host-local"}}""")]
    [InlineData("""{"ipam": {"type": "host-local", "subnet": "10.99.0.0/24"}}""")]
    [InlineData("""{"ipam": {"type": "host-local", "subnet": "10.88.0.7/31"}}""")]
    [InlineData("""{"ipam": {"type": "host-local", "ranges": "none"}}""")]
    [InlineData("""{"ipam": {"type": "host-local", "resolvConf": "/missing"}}""")]
    [InlineData("""{"runtimeConfig": {"mac": "zz", "ips": ["zz"]}}""")]
    [InlineData("""{"prevResult": "none"}""")]
    [InlineData("""{"cniVersion": "0.1.0"}""")]
    [InlineData("""{"cniVersion": "0.3.1"}""")]
    public void DEL_succeeds_with_a_changed_or_invalid_configuration(string keys)
    {
        using var node = NewNode();
        Add(node);

        Del(node).WithInput(Configurations.With(keys)).With("CNI_ARGS", "not;arguments").Succeed();

        node.AssertNoResidue("pod");
    }

    [Fact]
    public void DEL_deletes_only_the_named_interface()
    {
        using var node = NewNode();
        Add(node);
        RawCall.Of(node, "ADD", Second).With("CNI_IFNAME", "net1").Succeed();

        Del(node).WithInput(Second).With("CNI_IFNAME", "net1").Succeed();
        Del(node).WithInput(Second).With("CNI_IFNAME", "net2").Succeed();
        Del(node).With("CNI_IFNAME", "net1").With("CNI_NETNS", null).Succeed();

        Assert.Equal(["10.88.0.2", "fd00:88::2"], node.Reservations());
        Assert.Single(node.PodLinks(PodNetwork.Bridge));
        node.AssertPodReaches("pod", "10.88.0.1");
        Del(node).Succeed();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void The_same_container_in_another_network_stays_unchanged()
    {
        using var node = NewNode();
        Add(node);

        Del(node).WithInput(Configurations.With("""{"name": "other"}""")).With("CNI_NETNS", null).Succeed();

        Assert.Equal(["10.88.0.2", "fd00:88::2"], node.Reservations());
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Fact]
    public void An_interface_of_another_kind_stays_unchanged()
    {
        using var node = NewNode();
        node.Run("ip", "-n", "pod", "link", "add", "eth0", "type", "bridge").Succeeded();
        var before = node.Snapshot();

        var result = Del(node).Succeed();
        Del(node).With("CNI_IFNAME", "lo").Succeed();

        Assert.Contains("eth0", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(before, node.Snapshot());
    }

    [Fact]
    public void A_foreign_link_with_the_name_of_the_host_veth_stays()
    {
        using var node = NewNode();
        Add(node);
        var link = Assert.Single(node.PodLinks(PodNetwork.Bridge));
        node.Run("ip", "link", "set", link, "alias", "another program's").Succeeded();
        node.Run("ip", "-n", "pod", "link", "set", "eth0", "name", "moved0").Succeeded();

        Del(node).Succeed();

        Assert.Equal([link], node.PodLinks(PodNetwork.Bridge));
        Assert.Empty(node.Reservations());
    }

    [Fact]
    public void Reservations_of_all_versions_of_the_Go_plugin_are_released()
    {
        using var node = NewNode();
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.7", "container-pod\r\neth0");
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.8", " container-pod\r\neth0\n");
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.9", "container-pod\r\neth1");
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.10", "container-pod\neth0");
        node.WriteFile("/var/lib/cni/networks/podnet/10.88.0.11", "container-pod");
        node.WriteFile("/var/lib/cni/networks/podnet/fd00:88::7", "container-pod\r\neth0");
        node.WriteFile("/var/lib/cni/networks/podnet/fd00:88::9", "container-pod\r\neth1");
        node.WriteFile("/var/lib/cni/networks/podnet/fd00:88::b", "container-pod");

        Del(node).Succeed();
        Assert.Equal(["10.88.0.10", "10.88.0.11", "10.88.0.9", "fd00:88::9", "fd00:88::b"], node.Reservations());
        Del(node).Succeed();
        Assert.Equal(["10.88.0.10", "10.88.0.9", "fd00:88::9"], node.Reservations());
    }

    [Fact]
    public void The_bridge_its_addresses_and_forwarding_stay_for_the_other_pods()
    {
        using var node = NewNode();
        Add(node);
        var bridge = node.IpJson("address", "show", "cni0")[0].GetProperty("address").GetString();

        Del(node).Succeed();

        var addresses = node.IpJson("address", "show", "cni0");
        Assert.Equal(bridge, addresses[0].GetProperty("address").GetString());
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], addresses.GlobalAddresses());
        Assert.Equal("1\n", node.Run("cat", "/proc/sys/net/ipv4/ip_forward").Stdout);
        Assert.Equal("1\n", node.Run("cat", "/proc/sys/net/ipv6/conf/all/forwarding").Stdout);
    }

    static string Second
    {
        get
        {
            var configuration = JsonNode.Parse(Configurations.WithIpam("""{"subnet": "10.89.0.0/24"}"""))!.AsObject();
            configuration["name"] = "second";
            configuration["isGateway"] = false;
            configuration["isDefaultGateway"] = false;
            return configuration.ToJsonString();
        }
    }

    static CommandResult Add(ScratchNode node) => RawCall.Of(node, "ADD", Configurations.Plain).Succeed();

    static RawCall Del(ScratchNode node) => RawCall.Of(node, "DEL", Configurations.Plain);

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        node.Run("sh", "-c", "mkfifo /run/fifo; echo text > /run/text").Succeeded();
        return node;
    }
}

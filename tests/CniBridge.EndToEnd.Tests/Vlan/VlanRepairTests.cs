using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Vlan;

/// <summary>Tests of VLAN gateways that other programs create concurrently, leave incomplete, or damage.</summary>
[Collection<VirtualMachineUsers>, UsesVirtualMachine]
public sealed class VlanRepairTests(VlanMachine machine)
{
    [Fact]
    public void Concurrent_first_ADDs_create_one_gateway()
    {
        var node = machine.AddNode();
        node.WriteFile($"{Node.Directory}/input", VlanNetwork.Routed());
        var script = $$"""
            cd {{Node.Directory}}
            export CNI_COMMAND=ADD CNI_IFNAME=eth0 CNI_PATH=/opt/cni/bin
            pods="1 2 3 4 5 6 7 8 9 10"
            for i in $pods; do ip netns add p$i; done
            for i in $pods; do
              (
                CNI_CONTAINERID=c$i CNI_NETNS=/run/netns/p$i "$1" < input > $i.out 2>&1
                echo $? > $i.code
              ) &
            done
            wait
            for i in $pods; do if [ $(cat $i.code) != 0 ]; then cat $i.out; fi; done
            """;

        var failures = node.Script(script, Path.Combine(PluginDirectory.UnderTest, "bridge")).Stdout;

        Assert.Empty(failures);
        var ports = node.Ports();
        Assert.Equal(11, ports.Count);
        Assert.Contains(node.GatewayPort(), ports);
        Assert.Equal([.. ports.Append(VlanNetwork.Gateway100).Order()], node.PodLinks("cni0").Order());
        var vlans = node.AllVlans();
        Assert.All(ports, port => Assert.Equal([VlanNetwork.Only100], vlans[port]));
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.Addresses(VlanNetwork.Gateway100));
        Assert.True(node.FiltersVlans());
        node.AssertPodReaches("p1", "10.88.0.1");
        node.AssertPodReaches("p10", "fd00:88::1");
        Assert.Equal(20, node.Reservations().Count());
    }

    /// <summary>The states after an ADD that was killed before it named the port or changed its VLANs, and worse ones.</summary>
    [Theory]
    [InlineData("""
        bridge vlan del vid 100 dev $1
        bridge vlan add vid 1 pvid untagged dev $1
        ip link set $1 alias ''
        echo 1 > /proc/sys/net/ipv6/conf/cni0.100/accept_ra
        """)]
    [InlineData("bridge vlan del vid 100 dev $1")]
    [InlineData("bridge vlan del vid 100 dev $1; ip link set $1 down")]
    public void An_incomplete_gateway_is_completed(string change)
    {
        var node = machine.AddNode();
        var call = node.VlanPod("first", VlanNetwork.Routed());
        var first = call.Add().Succeeded();
        var port = node.GatewayPort();
        call.Del(first.Json).Succeeded();
        node.Script($"{change}\nip address flush dev cni0.100; ip link set cni0.100 down", port);

        var pod = node.VlanPod("pod", VlanNetwork.Routed());
        var added = pod.Add().Succeeded();

        Assert.Equal(port, node.GatewayPort());
        Assert.Equal([VlanNetwork.Only100], node.Vlans(port));
        Assert.Equal(VlanNetwork.Gateway100, node.IpJson("link", "show", port)[0].GetProperty("ifalias").GetString());
        Assert.Equal("0\n", node.Script("cat /proc/sys/net/ipv6/conf/cni0.100/accept_ra").Stdout);
        Assert.Equal(["10.88.0.1/24", "fd00:88::1/64"], node.Addresses(VlanNetwork.Gateway100));
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        pod.Check(added.Json).Succeeded();
    }

    /// <summary>The command "ip link delete cni0" is the usual advice to reset a node.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gateway_of_a_deleted_bridge_is_attached_to_the_new_one(bool byGo)
    {
        var node = machine.AddNode();
        var call = node.VlanPod("first", VlanNetwork.Routed(), byGo);
        var first = call.Add().Succeeded();
        call.Del(first.Json).Succeeded();
        node.Script("ip link delete cni0");

        var pod = node.VlanPod("pod", VlanNetwork.Routed());
        var added = pod.Add().Succeeded();

        Assert.Equal(VlanNetwork.Gateway100, added.InterfaceNames()[3]);
        node.AssertPodReaches("pod", "10.88.0.1");
        node.AssertPodReaches("pod", "fd00:88::1");
        pod.Check(added.Json).Succeeded();
    }

    [Fact]
    public void Existing_pods_keep_the_gateway_while_others_are_added()
    {
        var node = machine.AddNode();
        node.AddVlanPod("first", VlanNetwork.Routed());
        var port = node.GatewayPort();
        var second = RawCall.Of(node, "ADD", VlanNetwork.Routed(), "second");
        node.AddPod("second");
        const string watching = """
            bridge -o monitor all > /run/node/changes &
            sleep 0.3
            "$1" > /run/node/result
            sleep 0.3
            kill $!
            cat /run/node/changes
            """;

        var changes = (second with { Wrapper = ["sh", "-ec", watching, "sh"] }).Succeed().Stdout;

        Assert.Contains(VlanNetwork.Only100, changes, StringComparison.Ordinal);
        Assert.DoesNotContain(
            changes.Split('\n'), line => line.Contains($"[VLAN]Deleted {port}", StringComparison.Ordinal));
    }

    [Fact]
    public void The_gateway_address_of_an_old_range_is_replaced_when_no_pod_uses_it()
    {
        var node = machine.AddNode();
        var old = node.VlanPod("old", Configurations.WithIpam("""{"subnet": "10.88.0.0/24"}""", VlanNetwork.Vlan100));
        old.Del(old.Add().Succeeded().Json).Succeeded();

        var added = node.AddVlanPod(
            "new", Configurations.WithIpam("""{"subnet": "10.99.0.0/24"}""", VlanNetwork.Vlan100));

        Assert.Equal(["10.99.0.1/24"], node.Addresses(VlanNetwork.Gateway100));
        Assert.Contains("10.88.0.1/24", added.Stderr, StringComparison.Ordinal);
        Assert.Contains("replaced", added.Stderr, StringComparison.Ordinal);
        node.AssertPodReaches("new", "10.99.0.1");
    }

    [Fact]
    public void The_gateway_address_of_an_old_range_stays_while_a_pod_uses_it()
    {
        var node = machine.AddNode();
        var old = node.VlanPod("old", Configurations.WithIpam("""{"subnet": "10.88.0.0/24"}""", VlanNetwork.Vlan100));
        old.Add().Succeeded();
        var newRange = Configurations.WithIpam("""{"subnet": "10.99.0.0/24"}""", VlanNetwork.Vlan100);

        var added = node.AddVlanPod("new", newRange);

        Assert.Equal(["10.88.0.1/24", "10.99.0.1/24"], node.Addresses(VlanNetwork.Gateway100));
        Assert.Contains("container-old", added.Stderr, StringComparison.Ordinal);
        Assert.Contains("ip address del 10.88.0.1/24 dev cni0.100", added.Stderr, StringComparison.Ordinal);
        node.AssertPodReaches("old", "10.88.0.1");
        node.AssertPodReaches("old", "10.99.0.2");
        node.AddVlanPod("forced", Configurations.WithIpam(
            """{"subnet": "10.99.0.0/24"}""", """{"vlan": 100, "forceAddress": true}"""));
        Assert.Equal(["10.99.0.1/24"], node.Addresses(VlanNetwork.Gateway100));
    }
}

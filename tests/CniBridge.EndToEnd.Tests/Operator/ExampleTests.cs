using CniBridge.EndToEnd.Tests.Kubernetes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Operator;

/// <summary>Tests of the configurations in conf/examples with pods. VLANs and DHCP have tests of their own.</summary>
public sealed class ExampleTests
{
    const string Bin = "/opt/cni/bin", Program = $"{Bin}/cni-bridge";

    static readonly string s_directory = Path.Combine(PluginDirectory.RepositoryRoot, "conf/examples");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(s_directory).Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_example_has_no_findings(string file)
    {
        using var node = NewNode();

        node.Run(Program, "conf", "validate", Path.Combine(s_directory, file)).Succeeded();
    }

    [Theory]
    [InlineData("dual-stack.conflist", "10.244.1.1", "fd00:10:244:1::1")]
    [InlineData("podman.conflist", "10.89.0.1")]
    [InlineData("static.conflist", "10.77.0.1")]
    public void A_pod_of_an_example_reaches_its_gateway(string file, params string[] gateways)
    {
        using var node = NewNode();
        var path = Path.Combine(s_directory, file);
        node.AddPod("pod");

        node.Run(Program, "add", "pod", "pod", "--conf", path).Succeeded();
        foreach (var gateway in gateways)
        {
            node.AssertPodReaches("pod", gateway);
        }

        node.Run(Program, "check", "pod", "pod", "--conf", path).Succeeded();
        node.Run(Program, "del", "pod", "pod", "--conf", path).Succeeded();
        Assert.DoesNotContain(
            "eth0", node.IpJsonInPod("pod", "link", "show").EnumerateArray().Select(link => link.At("ifname").GetString()));
    }

    [Fact]
    public void Pods_of_the_layer_2_example_see_frames_of_each_other()
    {
        using var node = NewNode();
        var path = Path.Combine(s_directory, "layer2.conflist");
        foreach (var (pod, address) in new[] { ("a", "192.0.2.1/24"), ("b", "192.0.2.2/24") })
        {
            node.AddPod(pod);
            node.Run(Program, "add", pod, pod, "--conf", path).Succeeded();
            node.InPod(pod, "ip", "address", "add", address, "dev", "eth0").Succeeded();
        }

        node.AssertPodReaches("a", "192.0.2.2");
    }

    /// <summary>Returns a node with our plugins, and the IPAM plugins of the Go project.</summary>
    static ScratchNode NewNode()
    {
        const string go = "/usr/lib/cni";
        Requirement.Node("nft");
        Requirement.Ipv6();
        Requirement.Directory(go, "the Go plugins");
        var node = new ScratchNode();
        node.Run("sh", "-ec", $"cp -P {Shell.Quote(PluginDirectory.UnderTest)}/* {Bin}; cp {go}/static {go}/dhcp {Bin}").Succeeded();
        // A default route of the node, for the MTU "auto".
        node.Run("sh", "-ec", """
            ip link add eth0 type veth peer name lan0
            ip address add 192.168.1.11/24 dev eth0
            ip link set lan0 up
            ip link set eth0 up
            ip route add default via 192.168.1.1
            """).Succeeded();
        return node;
    }
}

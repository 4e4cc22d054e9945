using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of install --with-conf with other pod CIDRs while pods run.</summary>
public sealed class ChangedPodCidrTests
{
    static ScratchNode NewNodeWithPod()
    {
        var node = WholeNode.NewNode();
        node.CniBridge("install", "--with-conf", "--pod-cidr", "10.88.0.0/24").Succeeded();
        node.AddPod("pod");
        node.Run(
            $"{WholeNode.Bin}/cni-bridge", "add", "box", "pod", "--args", "IgnoreUnknown=1", "--args", "K8S_POD_NAMESPACE=shop",
            "--args", "K8S_POD_NAME=web-0").Succeeded();
        return node;
    }

    [Theory]
    [InlineData("10.89.0.0/24")]
    [InlineData("fd00:88::/64")]
    public void Other_pod_CIDRs_are_refused_with_the_names_of_the_pods(string range)
    {
        using var node = NewNodeWithPod();
        var before = node.WholeState();

        var result = node.CniBridge("install", "--with-conf", "--pod-cidr", range);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith(
            "cni-bridge: running pods have addresses outside of the new pod CIDRs: shop/web-0 (10.88.0.2); drain the node first, or use " +
            "--force", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(before, node.WholeState());
        node.CniBridge("install", "--with-conf", "--pod-cidr", range, "--force").Succeeded();
        Assert.Contains(range, node.Run("cat", "/etc/cni/net.d/10-cni-bridge.conflist").Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--pod-cidr", "10.88.0.0/24")]
    [InlineData("--pod-cidr", "10.88.0.0/16")]
    [InlineData("--pod-cidr", "10.88.0.0/24,fd00:88::/64")]
    [InlineData("--pod-cidr", "10.88.0.0/24", "--cluster-cidr", "10.88.0.0/16")]
    public void A_configuration_with_the_addresses_of_the_pods_is_accepted(params string[] options)
    {
        using var node = NewNodeWithPod();

        node.CniBridge(["install", "--with-conf", .. options]).Succeeded();

        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Fact]
    public void Other_pod_CIDRs_are_accepted_without_pods()
    {
        using var node = NewNodeWithPod();
        node.Run($"{WholeNode.Bin}/cni-bridge", "del", "box", "pod").Succeeded();

        node.CniBridge("install", "--with-conf", "--pod-cidr", "10.89.0.0/24").Succeeded();
    }
}

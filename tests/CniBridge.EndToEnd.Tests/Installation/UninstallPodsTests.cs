using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Installation;

/// <summary>Tests of cni-bridge uninstall while pods use the network.</summary>
public sealed class UninstallPodsTests
{
    [Fact]
    public void Running_pods_are_named_and_kept()
    {
        using var node = WholeNode.NewNode();
        node.CniBridge(UninstallTests.InstallOptions).Succeeded();
        node.AddPod("pod");
        node.Run("env", "CNI_ARGS=IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0", $"{WholeNode.Bin}/cni-bridge", "add", "box",
            "pod").Succeeded();
        var before = node.WholeState();

        node.CniBridge("uninstall").Fails("1 pods", "shop/web-0", "--force");
        var announced = node.CniBridge("uninstall", "--dry-run");
        Assert.Equal(2, announced.ExitCode);
        Assert.StartsWith(
            "cni-bridge: uninstall would refuse: 1 pods of this node use networks of cni-bridge: shop/web-0;", announced.Stderr,
            StringComparison.Ordinal);
        Assert.Contains("would remove the link veth", announced.Stdout, StringComparison.Ordinal);
        Assert.Contains("would remove the bridge cni0\n", announced.Stdout, StringComparison.Ordinal);

        Assert.Equal(before, node.WholeState());
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    [Fact]
    public void Uninstall_with_force_removes_the_network_of_pods()
    {
        using var node = WholeNode.NewNode();
        node.AddPod("pod");
        var before = node.WholeState();
        node.CniBridge(UninstallTests.InstallOptions).Succeeded();
        RawCall.Of(node, "ADD", Configurations.With("""{"ipMasq": true, "macspoofchk": true}""")).Succeed();

        var done = node.CniBridge("uninstall", "--force").Succeeded().Stdout;

        Assert.Contains("of the pod podnet/container-pod/eth0\n", done, StringComparison.Ordinal);
        Assert.Equal(before, node.WholeState());
        Assert.Equal(
            ["lo"], node.IpJsonInPod("pod", "link", "show").EnumerateArray().Select(link => link.GetProperty("ifname").GetString()));
    }

    // libcni keeps a result for each attachment. That of a pod of another plugin stays, because its DEL needs it.
    [Fact]
    public void Uninstall_with_force_removes_the_cached_results()
    {
        using var node = WholeNode.NewNode();
        foreach (var pod in (string[])["first", "second"])
            node.AddPod(pod);
        node.WriteFile("/var/lib/cni/results/cbr0-other-eth0", """{"kind": "cniCacheV1", "networkName": "cbr0"}""");
        var before = node.WholeState();
        node.CniBridge(UninstallTests.InstallOptions).Succeeded();
        foreach (var pod in (string[])["first", "second"])
            node.Run($"{WholeNode.Bin}/cni-bridge", "add", $"box-{pod}", pod).Succeeded();
        // The namespace of the first pod ends without a DEL.
        node.Run("ip", "-n", "first", "link", "delete", "eth0").Succeeded();
        var announced = node.CniBridge("uninstall", "--dry-run", "--force").Succeeded().Stdout;

        var done = node.CniBridge("uninstall", "--force").Succeeded().Stdout;

        Assert.Equal(announced, UninstallTests.Announced(done));
        Assert.Contains("removed the file /var/lib/cni/results/podnet-box-first-eth0\n", done, StringComparison.Ordinal);
        Assert.Contains("removed the file /var/lib/cni/results/podnet-box-second-eth0\n", done, StringComparison.Ordinal);
        Assert.Equal(["cbr0-other-eth0"], node.Files("/var/lib/cni/results"));
        Assert.Equal(before, node.WholeState());
    }
}

using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>
/// Tests of DEL with a path such as /proc/PID/ns/net that leads to the namespace of another pod, because the node was booted or a PID was
/// reused.
/// </summary>
public sealed class ReusedNamespacePathTests
{
    const string Loopback = """{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}""";

    static readonly string s_ported = Configurations.With(
        """{"runtimeConfig": {"portMappings": [{"hostPort": 8080, "containerPort": 80, "protocol": "tcp"}]}}""");

    static string ConfigurationOf(string plugin) => plugin switch
    {
        "loopback" => Loopback,
        "portmap" => s_ported,
        _ => Configurations.Plain,
    };

    [Theory]
    [InlineData("bridge", "/proc/self/ns/net")]
    [InlineData("bridge", "/proc/1/ns/net")]
    [InlineData("host-local", "/proc/1/ns/net")]
    [InlineData("portmap", "/proc/1/ns/net")]
    [InlineData("loopback", "/proc/1/ns/net")]
    public void The_namespace_of_the_node_counts_as_gone(string plugin, string path)
    {
        using var node = NewNode();
        node.Run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "uplink").Succeeded();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        if (plugin == "portmap")
            (RawCall.Of(node, "ADD", s_ported).WithPrevious(added) with { Plugin = plugin }).Succeed();
        node.Run("ip", "netns", "delete", "pod").Succeeded();

        var call = (RawCall.Of(node, "DEL", ConfigurationOf(plugin)).WithPrevious(added) with { Plugin = plugin }).With("CNI_NETNS", path);
        var result = call.Succeed();
        call.Succeed();

        Assert.Contains($"CNI_NETNS {path} is the node's own namespace", result.Stderr, StringComparison.Ordinal);
        Assert.Equal("veth", node.IpJson("link", "show", "eth0")[0].GetProperty("linkinfo").GetProperty("info_kind").GetString());
        Assert.Contains("UP", Flags(node.IpJson("link", "show", "lo")));
        if (plugin is "bridge" or "host-local")
            Assert.Empty(node.Reservations());
        if (plugin == "portmap")
            Assert.DoesNotContain("8080", node.Run("nft", "list", "ruleset").Succeeded().Stdout, StringComparison.Ordinal);
        RawCall.Of(node, "ADD", ConfigurationOf(plugin)).With("CNI_NETNS", path).Fail(8);
    }

    // host-local of the Go plugins refuses a DEL in its own namespace.
    [Fact]
    public void An_IPAM_plugin_does_not_get_the_namespace_of_the_node()
    {
        using var node = NewNode();
        node.WriteProgram("/opt/cni/bin/recorder", """
            #!/bin/sh
            env | grep -E '^CNI_(COMMAND|NETNS)=' | sort | tr '\n' ' ' >> /run/calls
            """);
        var configuration = Configurations.With("""{"ipam": {"type": "recorder"}}""");

        RawCall.Of(node, "DEL", configuration).With("CNI_NETNS", "/proc/1/ns/net").Succeed();

        Assert.Equal("CNI_COMMAND=DEL CNI_NETNS=", node.Run("cat", "/run/calls").Succeeded().Stdout.Trim());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_interface_of_another_pod_stays(bool isFormerOfGo, bool isOtherOfGo)
    {
        using var node = NewNode();
        if (isFormerOfGo || isOtherOfGo)
            Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        string[] subnets = ["10.88.0.0/24", "fd00:88::/64"];
        var former = node.Pod("former", isFormerOfGo ? PluginDirectory.Go : PluginDirectory.UnderTest, subnets);
        var other = node.Pod("other", isOtherOfGo ? PluginDirectory.Go : PluginDirectory.UnderTest, subnets);
        var formerResult = former.Add().Succeeded().Json;
        EndPod(node, "former");
        other.Add().Succeeded();

        var deletion = former with { NetworkNamespace = other.NetworkNamespace, PluginDirectory = PluginDirectory.UnderTest };
        var result = deletion.Del(formerResult).Succeeded();
        deletion.Del(formerResult).Succeeded();

        Assert.Contains("not deleting eth0 in /run/netns/other: it belongs to ", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(["10.88.0.3", "fd00:88::3"], node.Reservations());
        node.AssertPodReaches("other", "10.88.0.1");
        node.AssertReaches("fd00:88::3");
        (other with { PluginDirectory = PluginDirectory.UnderTest }).Del().Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    // The running pod has lost its alias, and the call has no result. The record of the former pod has its namespace.
    [Fact]
    public void The_recorded_namespace_identifies_a_pod_without_an_alias()
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        node.AddPod("other");
        EndPod(node, "pod");
        RawCall.Of(node, "ADD", Configurations.Plain, "other").Succeed();
        node.Run("ip", "link", "set", node.PodLinks(PodNetwork.Bridge).Single(), "alias", "").Succeeded();

        var result = RawCall.Of(node, "DEL", Configurations.Plain).With("CNI_NETNS", "/run/netns/other").Succeed();

        Assert.Contains("it belongs to another namespace than that of container-pod", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(["10.88.0.3", "fd00:88::3"], node.Reservations());
        node.AssertPodReaches("other", "10.88.0.1");
    }

    // The kernel gives the inode number of a deleted namespace to a new one.
    [Fact]
    public void A_new_namespace_with_path_and_inode_number_of_a_former_one_is_distinguished()
    {
        using var node = NewNode();
        var former = EndPodsUntilAnInodeNumberRepeats(node);
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        node.Run("ip", "link", "set", node.PodLinks(PodNetwork.Bridge).Single(), "alias", "").Succeeded();

        var result = RawCall.Of(node, "DEL", Configurations.Plain).With("CNI_CONTAINERID", former).Succeed();

        Assert.Contains($"it belongs to another namespace than that of {former}", result.Stderr, StringComparison.Ordinal);
        node.AssertPodReaches("pod", "10.88.0.1");
        // All other former pods have ended too.
        node.Run(Path.Combine(PluginDirectory.UnderTest, "cni-bridge"), "ipam", "gc").Succeeded();
        Assert.Equal(2, node.Reservations().Count());
        node.AssertPodReaches("pod", "10.88.0.1");
    }

    /// <summary>
    /// Adds pods at one path, whose namespaces end without DEL. Returns the container whose inode number the last one has.
    /// </summary>
    static string EndPodsUntilAnInodeNumberRepeats(ScratchNode node)
    {
        var containers = new Dictionary<string, string>();
        for (var i = 0; i < 100; i++)
        {
            var inode = node.Run("stat", "-Lc", "%i", "/run/netns/pod").Succeeded().Stdout;
            if (!containers.TryAdd(inode, $"former{i}"))
                return containers[inode];
            RawCall.Of(node, "ADD", Configurations.Plain).With("CNI_CONTAINERID", $"former{i}").Succeed();
            EndPod(node, "pod");
            node.AddPod("pod");
        }
        throw new InvalidOperationException($"no inode number was given again: {string.Join(", ", containers.Keys)}");
    }

    [Fact]
    public void The_loopback_of_another_pod_stays_up()
    {
        using var node = NewNode();
        node.AddPod("other");
        foreach (var pod in new[] { "pod", "other" })
        {
            (RawCall.Of(node, "ADD", Loopback, pod) with { Plugin = "loopback" }).Succeed();
            RawCall.Of(node, "ADD", Configurations.Plain, pod).Succeed();
        }

        var deletion = RawCall.Of(node, "DEL", Loopback) with { Plugin = "loopback" };
        var result = deletion.With("CNI_NETNS", "/run/netns/other").Succeed();
        Assert.Contains(
            "not bringing lo in /run/netns/other down: the namespace belongs to podnet/container-other/eth0", result.Stderr,
            StringComparison.Ordinal);
        node.AssertPodReaches("other", "127.0.0.1");

        Assert.Empty(deletion.Succeed().Stderr);
        Assert.DoesNotContain("UP", Flags(node.IpJsonInPod("pod", "link", "show", "lo")));
    }

    /// <summary>Ends a pod and waits for its links, which the kernel deletes a moment after the namespace.</summary>
    static void EndPod(ScratchNode node, string pod)
    {
        node.Run("ip", "netns", "delete", pod).Succeeded();
        Wait.Until(() => !node.PodLinks(PodNetwork.Bridge).Any(), TimeSpan.FromSeconds(20), () => $"the links of {pod} are there");
    }

    static IEnumerable<string?> Flags(JsonElement links) => links[0].GetProperty("flags").EnumerateArray().Select(flag => flag.GetString());

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

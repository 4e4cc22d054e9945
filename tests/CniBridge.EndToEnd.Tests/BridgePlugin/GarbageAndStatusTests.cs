using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of GC and STATUS, the calls for a network without a container.</summary>
public sealed class GarbageAndStatusTests
{
    const string Network = """{"cniVersion": "1.1.0"}""";

    [Fact]
    public void GC_removes_everything_that_belongs_to_no_listed_attachment()
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.With(Network), "a").Succeed();
        RawCall.Of(node, "ADD", Configurations.With(Network), "b").Succeed();
        RawCall.Of(node, "ADD", Configurations.With("""{"cniVersion": "1.1.0", "name": "other", "bridge": "cni1"}"""), "c")
            .With("CNI_IFNAME", "eth1").Succeed();

        Collect(node, """[{"containerID": "container-a", "ifname": "eth0"}]""").Succeed();

        Assert.Equal(["eth0"], Interfaces(node, "a"));
        Assert.Empty(Interfaces(node, "b"));
        Assert.Equal(["eth1"], Interfaces(node, "c"));
        Assert.Equal(["10.88.0.2", "fd00:88::2"], Addresses(node, "podnet"));
        Assert.Equal(["10.88.0.2", "fd00:88::2"], Addresses(node, "other"));
        node.AssertPodReaches("a", "10.88.0.1");
        node.AssertPodReaches("a", "fd00:88::1");
    }

    // libcni encodes a nil slice as null. CRI-O sends it when no pod is alive.
    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    public void GC_with_an_empty_list_removes_all_and_without_a_list_fails(string empty)
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.With(Network), "a").Succeed();

        Collection(node, Configurations.With(Network)).Fail(7, "cni.dev/valid-attachments");
        Assert.Equal(["eth0"], Interfaces(node, "a"));
        foreach (var plugin in new[] { "bridge", "host-local", "portmap", "loopback" })
            (Collect(node, empty) with { Plugin = plugin }).Succeed();

        Assert.Empty(Interfaces(node, "a"));
        Assert.Empty(Addresses(node, "podnet"));
    }

    [Fact]
    public void GC_releases_the_address_of_a_pod_that_ended_without_DEL()
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.With(Network), "a").Succeed();
        node.Run("ip", "netns", "del", "a").Succeeded();

        Collect(node, "[]").Succeed();

        Assert.Empty(Addresses(node, "podnet"));
    }

    [Theory]
    [InlineData("{}", "")]
    [InlineData("""{"mtu": 5}""", "mtu = 5")]
    [InlineData("""{"bridge": "lo"}""", "not a bridge")]
    [InlineData("""{"ipam": {"type": "host-local", "subnet": "10.88.0.0/31"}}""", "too small")]
    [InlineData("""{"ipam": {"type": "host-local", "subnet": "10.88.0.0/24", "dataDir": "/etc/passwd"}}""", "not a directory")]
    public void STATUS_fails_with_the_reason_if_no_ADD_can_work(string keys, string why)
    {
        using var node = NewNode();
        var call = RawCall.Of(node, "STATUS", Configurations.With(keys).Replace("1.0.0", "1.1.0", StringComparison.Ordinal))
            .With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null);

        if (why.Length == 0)
            Assert.Empty(call.Succeed().Stdout);
        else
            call.Fail(50, why);
    }

    [Fact]
    public void STATUS_fails_if_the_data_directory_is_read_only()
    {
        using var node = NewNode();
        node.Run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", "/var/lib/cni").Succeeded();

        RawCall.Of(node, "STATUS", Configurations.With(Network)).Fail(50, "/var/lib/cni", "read-only file system");
    }

    [Theory]
    [InlineData("""{"subnet": "10.88.0.0/30"}""")]
    [InlineData("""{"subnet": "fd00:88::/126", "rangeEnd": "fd00:88::2"}""")]
    public void A_full_range_and_a_held_lock_do_not_fail_STATUS(string ipam)
    {
        using var node = NewNode();
        var configuration = Configurations.WithIpam(ipam, Network);
        RawCall.Of(node, "ADD", configuration, "a").Succeed();
        RawCall.Of(node, "ADD", configuration, "b").Fail(999, "no IP addresses available");

        var status = RawCall.Of(node, "STATUS", configuration);

        (status with { Wrapper = ["flock", "/var/lib/cni/networks/podnet/lock"] }).Succeed();
    }

    static RawCall Collection(ScratchNode node, string configuration) => RawCall.Of(node, "GC", configuration)
        .With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null);

    static RawCall Collect(ScratchNode node, string valid) => Collection(node, Configurations.With(
        $$"""{"cniVersion": "1.1.0", "cni.dev/valid-attachments": {{valid}}}"""));

    static IEnumerable<string?> Interfaces(ScratchNode node, string pod) =>
        node.IpJsonInPod(pod, "link", "show", "type", "veth").EnumerateArray().Select(link => link.GetProperty("ifname").GetString());

    static IEnumerable<string> Addresses(ScratchNode node, string network) =>
        Directory.EnumerateFiles(node.FromOutside($"/var/lib/cni/networks/{network}"))
            .Select(path => Path.GetFileName(path))
            .Where(name => name.Contains('.', StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal))
            .Where(name => !name.StartsWith("last_reserved_ip", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        foreach (var pod in new[] { "a", "b", "c" })
            node.AddPod(pod);
        return node;
    }
}

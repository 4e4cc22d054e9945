using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>
/// Tests of addresses of pods that end without a DEL, and of pods without a reservation, judged by the addresses that ip shows.
/// </summary>
[RunsFirst]
public sealed class AddressLifeTests
{
    const string Reservations = "/var/lib/cni/networks/podnet";

    static string Config(string subnet) => Configurations.WithIpam($$"""{"ranges": [[{"subnet": "{{subnet}}"}]]}""");

    static string Add(Node node, string config, string pod) =>
        RawCall.Of(node, "ADD", config, pod).Succeed().Json.GetProperty("ips")[0].GetProperty("address").GetString()!;

    static string AddNew(ScratchNode node, string config, string pod)
    {
        node.AddPod(pod);
        return Add(node, config, pod);
    }

    /// <summary>Returns the IPv4 addresses of a pod as ip shows them.</summary>
    static string[] AddressesIn(ScratchNode node, string pod) =>
    [
        .. JsonDocument.Parse(node.InPod(pod, "ip", "-j", "-4", "address", "show", "dev", "eth0").Succeeded().Stdout).RootElement
            .EnumerateArray().SelectMany(link => link.GetProperty("addr_info").EnumerateArray())
            .Select(address => $"{address.GetProperty("local").GetString()}/{address.GetProperty("prefixlen").GetInt32()}"),
    ];

    /// <summary>Simulates a reboot for a plugin: the boot ID changes, and all objects of the kernel disappear.</summary>
    static void Reboot(ScratchNode node, string[] pods, int boot)
    {
        foreach (var pod in pods)
        {
            node.Run("ip", "netns", "delete", pod).Succeeded();
        }

        node.Run("timeout", "60", "sh", "-c", "while [ -n \"$(ls /sys/class/net | grep ^veth)\" ]; do sleep 0.05; done").Succeeded();
        node.WriteFile("/run/node/boot_id", $"00000000-0000-4000-8000-{boot:d12}\n");
        node.Run("mount", "--bind", "/run/node/boot_id", "/proc/sys/kernel/random/boot_id").Succeeded();
    }

    [Fact]
    public void A_range_that_was_full_before_a_reboot_has_free_addresses_at_once()
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/28");
        string[] pods = [.. Enumerable.Range(0, 13).Select(i => $"old{i}")];
        foreach (var pod in pods)
        {
            AddNew(node, config, pod);
        }

        node.AddPod("new");
        RawCall.Of(node, "ADD", config, "new").Fail(999, "no IP addresses available in range set: 10.88.0.1-10.88.0.14");
        // The age of this reservation is unknown.
        node.Run("sh", "-c",
            $"printf 'gopod\\r\\neth0' > {Reservations}/10.88.0.9.new && mv {Reservations}/10.88.0.9.new {Reservations}/10.88.0.9")
            .Succeeded();
        Reboot(node, pods, 1);

        var given = Add(node, config, "new");

        Assert.Equal([given], AddressesIn(node, "new"));
        Assert.Equal(new HashSet<string> { "10.88.0.9", given[..^3] }, [.. node.Reservations()]);
    }

    // The runtime lost the pod and the path of its namespace. Its processes still run.
    [Fact]
    public void An_address_in_an_existing_namespace_is_not_reclaimed()
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/30");
        Assert.Equal("10.88.0.2/30", AddNew(node, config, "old"));
        using var process = node.Start("ip", ["netns", "exec", "old", "sh", "-c", "echo $$ > /run/node/pid; echo started; exec sleep 60"]);
        process.WaitForOutput("started");
        node.Run("ip", "netns", "delete", "old").Succeeded();
        // No link could be mistaken for that of the pod.
        node.Run("sh", "-c",
            "ip link set cni0 down; for link in /sys/class/net/veth*; do link=${link##*/}; ip link set $link down; ip link set $link " +
            "alias ''; ip link set $link name other; done; ip link set cni0 up")
            .Succeeded();
        node.AddPod("new");

        RawCall.Of(node, "ADD", config, "new").Fail(999, "no IP addresses available");

        node.Run("sh", "-c", "kill $(cat /run/node/pid)").Succeeded();
        process.WaitForExit();
        AwaitEndOf(node, "other");
        Assert.Equal("10.88.0.2/30", Add(node, config, "new"));
    }

    [Fact]
    public void A_container_gets_its_address_again_only_if_its_namespace_is_gone()
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/24");
        Assert.Equal("10.88.0.2/24", AddNew(node, config, "pod"));
        AddNew(node, config, "other");
        node.AddPod("second");
        RawCall.Of(node, "ADD", config).With("CNI_NETNS", "/run/netns/second")
            .Fail(999, "10.88.0.2 has been allocated to container-pod, duplicate allocation is not allowed: eth0 is alive",
                "/run/netns/pod");

        node.Run("ip", "netns", "delete", "pod").Succeeded();
        Assert.Equal("10.88.0.2/24", AddNew(node, config, "pod"));
        Assert.Equal(["10.88.0.2/24"], AddressesIn(node, "pod"));
        RawCall.Of(node, "DEL", config).Succeed();
        Assert.Equal(["10.88.0.3"], node.Reservations());
    }

    [Fact]
    public void No_address_is_assigned_twice_after_the_store_of_50_pods_was_deleted()
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/24");
        var pods = Enumerable.Range(0, 50).Select(i => $"old{i}").ToList();
        pods.ForEach(pod => AddNew(node, config, pod));
        node.Run("rm", "-rf", Reservations).Succeeded();
        foreach (var i in Enumerable.Range(0, 200))
        {
            pods.Add($"new{i}");
            AddNew(node, config, pods[^1]);
        }

        var addresses = pods.SelectMany(pod => AddressesIn(node, pod)).ToList();
        Assert.Equal(250, addresses.Count);
        Assert.Equal(250, addresses.Distinct().Count());
        Assert.Equal(250, node.Reservations().Count());
    }

    // Then only the neighbour table of the node, and the port of the bridge, prove that the pod uses the address.
    [Theory]
    [InlineData("bridge")]
    [InlineData("host-local")]
    public void A_pod_that_sent_packets_keeps_its_address_without_store_and_records(string plugin)
    {
        using var node = NewNode();
        var config = Config("10.88.0.0/24");
        Assert.Equal("10.88.0.2/24", AddNew(node, config, "old"));
        node.Run("ping", "-c", "1", "-W", "3", "10.88.0.2").Succeeded();
        node.Run("sh", "-c", $"rm -rf {Reservations} /var/lib/cni-bridge/*").Succeeded();
        node.AddPod("new");

        var result = (RawCall.Of(node, "ADD", config, "new") with { Plugin = plugin }).Succeed();

        Assert.Equal("10.88.0.3/24", result.Json.GetProperty("ips")[0].GetProperty("address").GetString());
        Assert.Contains("skipping 10.88.0.2: not reserved, but in use by ", result.Stderr, StringComparison.Ordinal);
        // The entry disappears with the pod.
        node.Run("ip", "netns", "delete", "old").Succeeded();
        node.Run("sh", "-c", "ip netns delete new; while [ -n \"$(ls /sys/class/net/cni0/brif)\" ]; do sleep 0.05; done").Succeeded();
        node.Run("rm", "-f", $"{Reservations}/last_reserved_ip.0").Succeeded();
        node.AddPod("next");
        Assert.Equal("10.88.0.2/24", Add(node, config, "next"));
    }

    [Theory]
    [InlineData("""{"name": "renamed"}""", "{}")]
    [InlineData("{}", """{"dataDir": "/var/lib/cni/elsewhere"}""")]
    [InlineData("{}", """{"ranges": [[{"subnet": "10.99.0.0/16"}]]}""")]
    [InlineData("{}", """{"subnet": "no subnet at all"}""")]
    public void DEL_with_another_configuration_leaves_nothing(string keys, string ipam)
    {
        using var node = NewNode();
        AddNew(node, Configurations.Plain, "pod");
        AddNew(node, Configurations.Plain, "other");
        var renamed = JsonNode.Parse(Configurations.WithIpam(ipam, keys))!.ToJsonString();

        RawCall.Of(node, "DEL", renamed).Succeed();

        Assert.Equal(["10.88.0.3", "fd00:88::3"], node.Reservations().Order(StringComparer.Ordinal));
        node.Run("ip", "netns", "delete", "other").Succeeded();
        RawCall.Of(node, "DEL", renamed, "other").With("CNI_NETNS", null).Succeed();
        Assert.Empty(node.Reservations());
    }

    // Another container may have the same names. Only the same namespace, or a missing one, is a proof.
    [Fact]
    public void DEL_of_another_network_keeps_a_live_attachment_with_the_same_names()
    {
        using var node = NewNode();
        AddNew(node, Configurations.Plain, "pod");
        RawCall.Of(node, "DEL", Configurations.With("""{"name": "another"}""")).With("CNI_NETNS", null).Succeed();
        Assert.Equal(["10.88.0.2", "fd00:88::2"], node.Reservations().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_error_for_a_held_lock_names_the_holder()
    {
        using var node = NewNode();
        var config = Configurations.WithIpam("""{"ranges": [[{"subnet": "10.88.0.0/24"}]], "lockTimeout": 1}""");
        AddNew(node, config, "pod");
        using var holder = node.Start("flock", ["--verbose", $"{Reservations}/lock", "sh", "-c", "echo held; sleep 60"]);
        holder.WaitForOutput("held");

        node.AddPod("new");
        RawCall.Of(node, "ADD", config, "new").Fail(11, $"{Reservations}/lock", "held by process", "flock");
        RawCall.Of(node, "DEL", config).Fail(11, "held by process", "flock");
    }

    // The search from the last assigned address to the only free one passes all others.
    [Fact]
    public void The_last_free_address_of_65000_is_found_without_a_full_scan()
    {
        using var node = NewNode();
        Requirement.Node("strace");
        var config = Config("10.1.0.0/16");
        AddNew(node, config, "first");
        var directory = node.FromOutside(Reservations);
        for (var i = 3; i < 65_534; i++)
        {
            File.WriteAllText($"{directory}/10.1.{i >> 8}.{i & 255}", $"gopod{i}\r\neth0");
        }

        // Changes by the Go plugin are recorded once.
        AddNew(node, config, "second");
        RawCall.Of(node, "DEL", config, "second").Succeed();
        File.WriteAllText($"{directory}/last_reserved_ip.0", "10.1.255.254");
        node.Run("sh", "-c", $"rm {Reservations}/10.1.200.7").Succeeded();
        RawCall.Of(node, "DEL", config, "second").Succeed();
        File.WriteAllText($"{directory}/10.1.255.254", "gopod\r\neth0");
        RawCall.Of(node, "DEL", config, "second").Succeed();
        node.AddPod("third");

        var traced = (RawCall.Of(node, "ADD", config, "third") with
        {
            Wrapper = ["strace", "-f", "-qq", "-e", "trace=file,desc", "-o", "/run/node/trace"],
        }).Succeed();

        Assert.Equal("10.1.200.7/16", traced.Json.GetProperty("ips")[0].GetProperty("address").GetString());
        Assert.InRange(File.ReadLines(node.FromOutside("/run/node/trace")).Count(), 100, 1500);
    }

    /// <summary>Waits until the kernel has deleted a link, some time after the last process of its namespace.</summary>
    static void AwaitEndOf(ScratchNode node, string link) =>
        node.Run("timeout", "60", "sh", "-c", $"while [ -e /sys/class/net/{link} ]; do sleep 0.05; done").Succeeded();

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        return new ScratchNode();
    }
}

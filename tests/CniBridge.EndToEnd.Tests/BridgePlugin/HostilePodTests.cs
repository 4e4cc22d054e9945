using System.Globalization;
using System.Text;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of disturbances by a pod with CAP_NET_ADMIN in its own namespace, and by changes of namespaces on the node.</summary>
public sealed class HostilePodTests
{
    static string Program => Path.Combine(PluginDirectory.UnderTest, "cni-bridge");

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }

    static string Lines(int count, Func<int, string> line)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
            text.Append(line(i)).Append('\n');
        return text.ToString();
    }

    /// <summary>Gives a link a hundred names of maximum size, so that the kernel's answer about it has 14 KB.</summary>
    static void Rename(ScratchNode node, string? pod, string link) => node.Run("ip",
        [.. pod is null ? [] : (string[])["-n", pod], "-batch", "-"],
        Lines(100, i => $"link property add dev {link} altname {i:d3}{new string('x', 120)}")).Succeeded();

    [Fact]
    public void Links_with_a_hundred_alternative_names_are_handled()
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        Rename(node, null, "cni0");
        Rename(node, "pod", "eth0");

        RawCall.Of(node, "CHECK", Configurations.Plain).WithPrevious(added).Succeed();
        node.AddPod("second");
        RawCall.Of(node, "ADD", Configurations.Plain, "second").Succeed();
        Assert.Equal(
            ["10.88.0.2/24", "10.88.0.3/24"],
            node.Run(Program, "show", "--output", "json").Succeeded().Json.GetProperty("bridges")[0].GetProperty("pods")
                .EnumerateArray().Select(pod => pod.GetProperty("addresses")[0].GetString()));
        RawCall.Of(node, "DEL", Configurations.Plain).Succeed();
        RawCall.Of(node, "DEL", Configurations.Plain, "second").Succeed();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void A_pod_that_renamed_its_loopback_is_deleted()
    {
        using var node = NewNode();
        const string config = """{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}""";
        (RawCall.Of(node, "ADD", config) with { Plugin = "loopback" }).Succeed();
        node.InPod("pod", "sh", "-c", "ip link set lo down; ip link set lo name mine").Succeeded();

        var deleted = (RawCall.Of(node, "DEL", config) with { Plugin = "loopback" }).Succeed();

        Assert.Equal("could not bring lo in /run/netns/pod down: could not look up the link lo: no such device\n", deleted.Stderr);
    }

    // Without an alias, a computed name and a previous result, only the kernel knows which link of the node leads into the pod.
    [Theory]
    [InlineData("bridge")]
    [InlineData("loopback")]
    public void DEL_finds_the_host_end_of_an_interface_that_cannot_be_read(string plugin)
    {
        using var node = NewNode();
        Requirement.Node("strace");
        var second = Configurations.With(
            """{"name": "second", "ipam": {"type": "host-local", "subnet": "10.89.0.0/24"}, "isDefaultGateway": false}""");
        RawCall.Of(node, "ADD", second).With("CNI_IFNAME", "net1").Succeed();
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        node.AddPod("other");
        RawCall.Of(node, "ADD", Configurations.Plain, "other").Succeed();
        Disguise(node);
        var call = plugin == "bridge"
            ? RawCall.Of(node, "DEL", Configurations.Plain)
            : RawCall.Of(node, "DEL", """{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}""") with { Plugin = plugin };

        var result = FailTheFirstAnswerInThePod(node, call);

        Assert.Contains(
            "searching the node for the host veth of eth0 in /run/netns/pod: could not ", result.Stderr, StringComparison.Ordinal);
        if (plugin == "loopback")
            return;
        Assert.Equal(["10.88.0.3", "10.89.0.2", "fd00:88::3"], node.Reservations());
        Assert.Equal(2, node.PodLinks(PodNetwork.Bridge).Count());
        Assert.Equal(
            ["lo", "net1"],
            node.IpJsonInPod("pod", "link", "show").EnumerateArray().Select(link => link.GetProperty("ifname").GetString()).Order());
        node.AssertPodReaches("other", "10.88.0.1");
    }

    /// <summary>Removes the aliases of the attachments, so that the links look like those of the Go plugin.</summary>
    static void Disguise(ScratchNode node) => node.Run("sh", "-ec",
        "cd /sys/class/net/cni0/brif; i=0; for port in *; do i=$((i+1)); ip link set $port alias ''; ip link set $port down; ip link set " +
            "$port name go$i up; done")
        .Succeeded();

    /// <summary>
    /// Runs a call in which the first answer of the kernel inside the pod cannot be received. A call for a pod with a link of another kind
    /// sends the same requests before that.
    /// </summary>
    static CommandResult FailTheFirstAnswerInThePod(ScratchNode node, RawCall call)
    {
        const string trace = "/run/node/trace";
        node.AddPod("empty");
        node.Run("ip", "-n", "empty", "link", "add", "eth0", "type", "bridge").Succeeded();
        (call.With("CNI_CONTAINERID", "container-empty").With("CNI_NETNS", "/run/netns/empty") with
        {
            Wrapper = ["strace", "-f", "-qq", "-e", "trace=setns,recvfrom", "-o", trace],
        }).Run();
        string[] calls = [.. File.ReadLines(node.FromOutside(trace))];
        // The first setns tests the return, and the second one enters the pod.
        var entry = Array.FindIndex(calls, Array.FindIndex(calls, line => line.Contains("setns(", StringComparison.Ordinal)) + 1,
            line => line.Contains("setns(", StringComparison.Ordinal));
        Assert.True(entry > 0, string.Join('\n', calls));
        var before = calls[..entry].Count(line => line.Contains("recvfrom(", StringComparison.Ordinal));
        return (call with
        {
            Wrapper = ["strace", "-f", "-qq", "-o", trace, "-e",
                $"inject=recvfrom:error=EMSGSIZE:when={(before + 1).ToString(CultureInfo.InvariantCulture)}"],
        }).Succeed();
    }

    [Fact]
    public void A_pod_with_four_hundred_thousand_routes_is_checked_shown_and_deleted()
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        node.Run("ip", ["-n", "pod", "-batch", "-"], Lines(400_000, i => string.Create(
            CultureInfo.InvariantCulture, $"route add 11.{i >> 16}.{(i >> 8) & 255}.{i & 255} via 10.88.0.1"))).Succeeded();

        RawCall.Of(node, "CHECK", Configurations.Plain).WithPrevious(added).Succeed();
        var pod = node.Run(Program, "show", "--output", "json").Succeeded().Json.GetProperty("bridges")[0].GetProperty("pods")[0];
        Assert.InRange(pod.GetProperty("routes").GetArrayLength(), 100, 1_000);
        Assert.True(pod.GetProperty("truncated").GetBoolean());
        Assert.Contains("1 pods", node.Run(Program, "status").Stdout, StringComparison.Ordinal);
        node.Run(Program, "ipam", "list").Succeeded();
        RawCall.Of(node, "DEL", Configurations.Plain).Succeed();
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void More_namespaces_than_descriptors_are_inspected()
    {
        using var node = NewNode();
        node.Run("sh", "-c", "for i in $(seq 150); do ip netns add n$i; done").Succeeded();
        node.AddPod("last");
        foreach (var pod in (string[])["pod", "last"])
            RawCall.Of(node, "ADD", Configurations.Plain, pod).Succeed();

        var shown = node.Run("sh", "-c", "ulimit -n 30; exec \"$0\" show --output json", Program).Succeeded().Json;

        Assert.Equal(["/run/netns/pod", "/run/netns/last"], shown.GetProperty("bridges")[0].GetProperty("pods")
            .EnumerateArray().Select(pod => pod.GetProperty("netns").GetString()));
    }

    // Runtimes unmount a namespace with umount(2), not lazily.
    [Theory]
    [InlineData("show")]
    [InlineData("status")]
    [InlineData("metrics")]
    [InlineData("ipam list")]
    public void Namespaces_can_be_unmounted_while_a_command_runs(string command)
    {
        using var node = NewNode();
        RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        const string script = """
            (while [ ! -e /run/node/end ]; do
              "$0" $1 > /run/node/out 2>&1 || [ $? = 2 ] || cat /run/node/out > /run/node/failed
            done) &
            failures=0
            for i in $(seq 200); do
              ip netns add t
              i=0; while [ $i -lt 300 ]; do i=$((i + 1)); done
              umount /run/netns/t || { failures=$((failures + 1)); umount -l /run/netns/t; }
              rm /run/netns/t
            done
            : > /run/node/end
            wait
            [ ! -e /run/node/failed ] || cat /run/node/failed
            echo failures $failures
            """;

        var output = node.Run("sh", "-c", script, Program, command).Stdout;

        // The file of a mount is open for some microseconds.
        Assert.Contains(output, (string[])["failures 0\n", "failures 1\n"]);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of our host-local as a program of other plugins: Go's main plugins, and our own bridge with another name.</summary>
public sealed class HostLocalDelegateTests
{
    const string Ranges = """
        "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]],
        "routes": [{"dst": "0.0.0.0/0", "gw": "10.88.0.1"}, {"dst": "::/0", "gw": "fd00:88::1"}]
        """;

    [Theory]
    [InlineData("ptp", "0.3.1", "{}")]
    [InlineData("ptp", "0.4.0", "{}")]
    [InlineData("ptp", "1.0.0", "{}")]
    [InlineData("macvlan", "0.3.1", """{"master": "parent0"}""")]
    [InlineData("macvlan", "0.4.0", """{"master": "parent0"}""")]
    [InlineData("macvlan", "1.0.0", """{"master": "parent0"}""")]
    public void Main_plugins_of_Go_get_addresses_from_our_host_local(string type, string version, string keys)
    {
        using var node = NewNode();
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        RequireMacvlan(node, type);
        var configuration = JsonNode.Parse(keys)!.AsObject();
        configuration["cniVersion"] = version;
        configuration["name"] = "podnet";
        configuration["type"] = type;
        configuration["ipam"] = JsonNode.Parse($$"""{"type": "host-local", {{Ranges}}}""");
        PluginCall Call(string pod) => new()
        {
            Node = node,
            PluginDirectory = PluginDirectory.Go,
            SearchPath = PluginDirectory.UnderTest,
            Configuration = configuration.ToJsonString(),
            ContainerId = $"container-{pod}",
            NetworkNamespace = $"/run/netns/{pod}",
        };

        var one = Call("one").Add().Succeeded().Json;
        var two = Call("two").Add().Succeeded().Json;

        Assert.Equal(["10.88.0.2/24", "fd00:88::2/64"], Addresses(one));
        Assert.Equal(["10.88.0.3/24", "fd00:88::3/64"], Addresses(two));
        Assert.Equal(Addresses(two), node.IpJsonInPod("two", "address", "show", "eth0").GlobalAddresses());
        // Only our files are unreadable for other users.
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(own, File.GetUnixFileMode(node.FromOutside("/var/lib/cni/networks/podnet/10.88.0.2")));
        node.AssertPodReaches("one", type == "ptp" ? "10.88.0.1" : "10.88.0.3");
        if (version != "0.3.1")
            Call("one").Check(one).Succeeded();
        Call("one").Del(one).Succeeded();
        Assert.Equal(["10.88.0.3", "fd00:88::3"], node.Reservations());
        Call("two").Del(two).Succeeded();
        Assert.Empty(node.Reservations());
        Assert.NotEqual(0, Call("two").Check(two).ExitCode);
    }

    [Theory]
    [InlineData("0.2.0")]
    [InlineData("0.4.0")]
    [InlineData("1.1.0")]
    public void host_local_gives_the_same_result_as_a_program_and_within_the_bridge(string version)
    {
        using var node = NewNode();
        RawCall Call(string verb, string pod, string type) => RawCall.Of(
            node, verb, Configurations.With($$$"""{"ipam": {"type": "{{{type}}}", {{{Ranges}}}}, "cniVersion": "{{{version}}}"}"""), pod);

        var within = Call("ADD", "one", "host-local").Succeed();
        var asProgram = Call("ADD", "two", "my-ipam").Succeed();

        Assert.Equal(["10.88.0.2", "10.88.0.3", "fd00:88::2", "fd00:88::3"], node.Reservations());
        Assert.Equal(
            WithoutLinks(within).Replace("10.88.0.2/", "10.88.0.3/", StringComparison.Ordinal)
                .Replace("fd00:88::2/", "fd00:88::3/", StringComparison.Ordinal),
            WithoutLinks(asProgram));
        node.AssertPodReaches("one", "10.88.0.3");
        // Each plugin releases the addresses of the other.
        if (version != "0.2.0")
        {
            Call("CHECK", "one", "my-ipam").WithPrevious(within).Succeed();
            Call("CHECK", "two", "host-local").WithPrevious(asProgram).Succeed();
        }
        Call("DEL", "one", "my-ipam").Succeed();
        Call("DEL", "two", "host-local").Succeed();
        node.AssertNoResidue("one");
        node.AssertNoResidue("two");
        if (version != "0.2.0")
            Call("CHECK", "two", "my-ipam").WithPrevious(asProgram).Fail(999, "container-two");
    }

    [Fact]
    public void Errors_of_host_local_are_the_same_as_a_program_and_within_the_bridge()
    {
        using var node = NewNode();
        string[] faults =
        [
            """{"subnet": "10.88.0.0/30", "rangeStart": "10.88.0.1", "rangeEnd": "10.88.0.1"}""", """{"subnet": "10.88.0.5/24"}""",
            """{}""", """{"subnet": 5}""",
        ];

        foreach (var fault in faults)
        {
            string Error(string type)
            {
                var ipam = JsonNode.Parse(fault)!.AsObject();
                ipam["type"] = type;
                var call = RawCall.Of(node, "ADD", Configurations.With(new JsonObject { ["ipam"] = ipam }.ToJsonString()), "one");
                call.FailSomehow();
                return call.Run().Stdout;
            }

            Assert.Equal(Error("host-local"), Error("my-ipam"));
        }
        node.AssertNoResidue("one");
    }

    [Fact]
    public void GC_and_STATUS_reach_host_local()
    {
        using var node = NewNode();
        const string network = $$$"""{"ipam": {"type": "my-ipam", {{{Ranges}}}}, "cniVersion": "1.1.0"}""";
        RawCall Call(string verb, string pod, string keys) => RawCall.Of(node, verb, Configurations.With(network, keys), pod);
        Call("ADD", "one", "{}").Succeed();
        Call("ADD", "two", "{}").Succeed();

        Call("GC", "none", """{"cni.dev/valid-attachments": [{"containerID": "container-two", "ifname": "eth0"}]}""").Succeed();
        Call("STATUS", "none", "{}").Succeed();
        Call("STATUS", "none", """{"ipam": {"type": "my-ipam", "subnet": "10.88.0.0/31"}}""").Fail(50, "too small");

        Assert.Equal(["10.88.0.3", "fd00:88::3"], node.Reservations());
        Assert.Single(node.PodLinks(PodNetwork.Bridge));
        node.AssertPodReaches("two", "10.88.0.1");
    }

    static IEnumerable<string?> Addresses(JsonElement result) =>
        result.GetProperty("ips").EnumerateArray().Select(ip => ip.GetProperty("address").GetString());

    static string WithoutLinks(CommandResult result)
    {
        var json = JsonNode.Parse(result.Stdout)!.AsObject();
        json.Remove("interfaces");
        return json.ToJsonString();
    }

    static void RequireMacvlan(ScratchNode node, string type)
    {
        if (type != "macvlan")
            return;
        node.Run("sh", "-ec", """
            ip link add parent0 type veth peer name parent1
            ip link set parent0 up
            ip link set parent1 up
            """).Succeeded();
        if (node.Run("ip", "link", "add", "probe0", "link", "parent0", "type", "macvlan", "mode", "bridge").ExitCode != 0)
            Assert.Skip("this kernel has no macvlan");
        node.Run("ip", "link", "delete", "probe0").Succeeded();
    }

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("one");
        node.AddPod("two");
        // The name of the binary selects its function. This name belongs to no plugin.
        node.WriteProgram("/opt/cni/bin/my-ipam", $"#!/bin/sh\nexec {Shell.Quote(PluginDirectory.UnderTest)}/host-local \"$@\"");
        return node;
    }
}

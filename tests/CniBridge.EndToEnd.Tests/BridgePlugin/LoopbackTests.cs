using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of the loopback plugin: "lo" of the pod goes up and down, and the result has the format of the version.</summary>
public sealed class LoopbackTests
{
    [Theory]
    [InlineData("0.1.0")]
    [InlineData("0.2.0")]
    [InlineData("0.3.0")]
    [InlineData("0.3.1")]
    [InlineData("0.4.0")]
    [InlineData("1.0.0")]
    [InlineData("1.1.0")]
    public void The_loopback_goes_up_and_down_in_every_version(string version)
    {
        using var node = NewNode();

        var added = Call(node, "ADD", version).Succeed();

        AssertShape(added.Json, version);
        AssertUp(node, true);
        node.AssertPodReaches("pod", "127.0.0.1");
        node.AssertPodReaches("pod", "::1");
        if (new Version(version) >= new Version(0, 4, 0))
        {
            Assert.Empty(Call(node, "CHECK", version).WithPrevious(added).Succeed().Stdout);
        }

        Assert.Empty(Call(node, "DEL", version).Succeed().Stdout);
        AssertUp(node, false);
        Call(node, "DEL", version).Succeed();
    }

    [Fact]
    public void A_second_ADD_succeeds_like_the_first()
    {
        using var node = NewNode();
        var first = Call(node, "ADD", "1.0.0").Succeed();
        Assert.Equal(first.Stdout, Call(node, "ADD", "1.0.0").Succeed().Stdout);
    }

    [Fact]
    public void Only_the_loopback_is_changed_for_any_interface_name()
    {
        using var node = NewNode();
        node.Run("ip", "-n", "pod", "link", "add", "eth0", "type", "veth", "peer", "name", "eth1").Succeeded();

        var added = Call(node, "ADD", "1.0.0").With("CNI_IFNAME", "eth0").Succeed();

        Assert.Equal("lo", added.Json.GetProperty("interfaces")[0].GetProperty("name").GetString());
        AssertUp(node, true);
        Assert.DoesNotContain("UP", Flags(node, "eth0"));
    }

    [Fact]
    public void CHECK_reports_that_the_loopback_is_down()
    {
        using var node = NewNode();
        var added = Call(node, "ADD", "1.0.0").Succeed();
        node.Run("ip", "-n", "pod", "link", "set", "lo", "down").Succeeded();

        Call(node, "CHECK", "1.0.0").WithPrevious(added).Fail(999, "loopback interface is down");
    }

    [Fact]
    public void A_previous_result_is_passed_on()
    {
        using var node = NewNode();
        const string previous = """
            {
              "cniVersion": "1.0.0", "name": "lo", "type": "loopback",
              "prevResult": {
                "cniVersion": "1.0.0",
                "interfaces": [{"name": "eth0", "mac": "02:00:00:00:00:01", "sandbox": "/run/netns/pod"}],
                "ips": [{"address": "10.88.0.2/24", "interface": 0}]
              }
            }
            """;

        var result = Call(node, "ADD", "1.0.0").WithInput(previous).Succeed().Json;

        Assert.Equal("10.88.0.2/24", result.GetProperty("ips")[0].GetProperty("address").GetString());
        Assert.Equal("eth0", result.GetProperty("interfaces")[0].GetProperty("name").GetString());
        AssertUp(node, true);
    }

    [Fact]
    public void A_foreign_address_on_the_loopback_is_an_error()
    {
        using var node = NewNode();
        node.Run("ip", "-n", "pod", "address", "add", "192.0.2.1/32", "dev", "lo").Succeeded();

        Call(node, "ADD", "1.0.0").Fail(999, "192.0.2.1/32");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/run/netns/missing")]
    [InlineData("/etc/hostname")]
    public void DEL_succeeds_without_a_namespace(string? path)
    {
        using var node = NewNode();
        Call(node, "DEL", "1.0.0").With("CNI_NETNS", path).Succeed();
    }

    // setns needs rights in the user namespace that owns the network namespace, even for a return.
    [Fact]
    public void A_namespace_is_entered_from_a_namespace_of_another_user_namespace()
    {
        using var node = NewNode();

        var lines = node.Run("unshare", "--user", "--map-root-user", "sh", "-ec", $$"""
            unshare --net sleep 60 &
            until [ "$(readlink /proc/$!/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
            echo '{"cniVersion": "1.0.0", "name": "lo", "type": "loopback"}' |
                CNI_COMMAND=ADD CNI_CONTAINERID=x CNI_IFNAME=lo CNI_NETNS=/proc/$!/ns/net CNI_PATH=/ \
                {{Shell.Quote(PluginDirectory.UnderTest)}}/loopback > /dev/null
            nsenter --target $! --net ip -json link show lo
            kill $!
            """).Succeeded();

        Assert.Contains("\"UP\"", lines.Stdout, StringComparison.Ordinal);
    }

    static void AssertShape(JsonElement result, string version)
    {
        Assert.Equal(version, result.GetProperty("cniVersion").GetString());
        if (version is "0.1.0" or "0.2.0")
        {
            Assert.Equal(["cniVersion", "ip4", "ip6", "dns"], result.EnumerateObject().Select(item => item.Name));
            Assert.Equal("127.0.0.1/8", result.GetProperty("ip4").GetProperty("ip").GetString());
            Assert.Equal("::1/128", result.GetProperty("ip6").GetProperty("ip").GetString());
            return;
        }

        var link = Assert.Single(result.GetProperty("interfaces").EnumerateArray());
        Assert.Equal("lo", link.GetProperty("name").GetString());
        Assert.Equal("00:00:00:00:00:00", link.GetProperty("mac").GetString());
        Assert.Equal("/run/netns/pod", link.GetProperty("sandbox").GetString());
        var ips = result.GetProperty("ips").EnumerateArray().ToList();
        Assert.Equal(["127.0.0.1/8", "::1/128"], ips.Select(ip => ip.GetProperty("address").GetString()));
        Assert.All(ips, ip => Assert.Equal(0, ip.GetProperty("interface").GetInt32()));
        var isOld = version.StartsWith("0.", StringComparison.Ordinal);
        Assert.All(ips, ip => Assert.Equal(isOld, ip.TryGetProperty("version", out _)));
        Assert.Equal(isOld, result.TryGetProperty("dns", out _));
    }

    static void AssertUp(ScratchNode node, bool isUp) => Assert.Equal(isUp, Flags(node, "lo").Contains("UP"));

    static IEnumerable<string?> Flags(ScratchNode node, string link) =>
        node.IpJsonInPod("pod", "link", "show", link)[0].GetProperty("flags").EnumerateArray()
            .Select(flag => flag.GetString());

    static RawCall Call(ScratchNode node, string verb, string version) =>
        (RawCall.Of(node, verb, $$"""{"cniVersion": "{{version}}", "name": "lo", "type": "loopback"}""") with
        {
            Plugin = "loopback",
        }).With("CNI_IFNAME", "lo");

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

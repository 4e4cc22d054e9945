using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>Tests of "portIsolation": pods reach the node and the outside, but not each other.</summary>
public sealed class PortIsolationTests
{
    const string Isolated = """{"portIsolation": true}""";

    [Theory]
    [InlineData(Isolated, true)]
    [InlineData("""{"portIsolation": false}""", false)]
    [InlineData("""{"portIsolation": null}""", false)]
    [InlineData("{}", false)]
    public void Isolation_is_a_setting_of_the_port(string keys, bool isIsolated)
    {
        using var node = NewNode();

        var added = Call(node, "ADD", "one", keys).Succeed();

        Assert.Equal(isIsolated, Port(node, added).GetProperty("isolated").GetBoolean());
        Call(node, "CHECK", "one", keys).WithPrevious(added).Succeed();
        Call(node, "DEL", "one", keys).Succeed();
        node.AssertNoResidue("one");
    }

    [Fact]
    public void Isolation_and_hairpin_mode_do_not_exclude_each_other()
    {
        using var node = NewNode();

        var added = Call(node, "ADD", "one", """{"portIsolation": true, "hairpinMode": true}""").Succeed();

        Assert.True(Port(node, added).GetProperty("isolated").GetBoolean());
        Assert.True(Port(node, added).GetProperty("hairpin").GetBoolean());
    }

    [Fact]
    public void Isolated_pods_reach_the_gateway_and_not_each_other()
    {
        using var node = NewNode();
        Call(node, "ADD", "one", Isolated).Succeed();
        Call(node, "ADD", "two", Isolated).Succeed();

        foreach (var pod in new[] { "one", "two" })
        {
            node.AssertPodReaches(pod, "10.88.0.1");
            node.AssertPodReaches(pod, "fd00:88::1");
        }

        AssertUnreached(node, "one", "10.88.0.3");
        AssertUnreached(node, "one", "fd00:88::3");
        AssertUnreached(node, "two", "10.88.0.2");
        AssertUnreached(node, "two", "fd00:88::2");
        node.AssertReaches("10.88.0.2");
        node.AssertReaches("fd00:88::3");
    }

    [Fact]
    public void A_pod_that_is_not_isolated_reaches_isolated_ones()
    {
        using var node = NewNode();
        Call(node, "ADD", "one", Isolated).Succeed();
        Call(node, "ADD", "two").Succeed();

        node.AssertPodReaches("two", "10.88.0.2");
        node.AssertPodReaches("one", "fd00:88::3");
    }

    static void AssertUnreached(ScratchNode node, string pod, string address) =>
        Assert.NotEqual(0, node.InPod(pod, "ping", "-c2", "-i0.2", "-W1", address).ExitCode);

    static JsonElement Port(ScratchNode node, CommandResult added)
    {
        var hostEnd = added.Json.GetProperty("interfaces")[1].GetProperty("name").GetString()!;
        return node.IpJson("link", "show", hostEnd)[0].GetProperty("linkinfo").GetProperty("info_slave_data");
    }

    static RawCall Call(ScratchNode node, string verb, string pod, string keys = "{}") =>
        RawCall.Of(node, verb, Configurations.With(keys), pod);

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("one");
        node.AddPod("two");
        return node;
    }
}

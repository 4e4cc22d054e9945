using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Runtimes;

/// <summary>Tests of a node on which our plugins replace the Go plugins, or the reverse, while pods run.</summary>
public sealed class GoPluginTests
{
    static readonly string[] Subnets = ["10.88.0.0/24", "fd00:88::/64"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Pods_attached_by_the_Go_plugins_are_served_by_ours(bool fromGoToOurs)
    {
        using var node = NodeWithGoPlugins();
        var (before, after) = fromGoToOurs
            ? (PluginDirectory.Go, PluginDirectory.UnderTest)
            : (PluginDirectory.UnderTest, PluginDirectory.Go);
        var old = node.Pod("old", before, Subnets);
        var added = node.Pod("new", after, Subnets);

        var oldResult = old.Add().Succeeded().Json;
        var addedResult = added.Add().Succeeded().Json;
        old = old with { PluginDirectory = after };

        Assert.Equal(["10.88.0.2", "10.88.0.3", "fd00:88::2", "fd00:88::3"], node.Reservations());
        node.AssertPodReaches("old", "10.88.0.3");
        node.AssertPodReaches("new", "10.88.0.2");
        node.AssertPodReaches("new", "fd00:88::2");
        old.Check(oldResult).Succeeded();
        added.Check(addedResult).Succeeded();
        old.Del(oldResult).Succeeded();
        added.Del(addedResult).Succeeded();
        node.AssertNothingLeft(PodNetwork.Bridge);
    }

    [Fact]
    public void Results_differ_only_in_random_names_and_hardware_addresses()
    {
        using var goNode = NodeWithGoPlugins();
        using var ourNode = new ScratchNode();

        var expected = goNode.Pod("pod", PluginDirectory.Go, Subnets).Add().Succeeded().Json;
        var actual = ourNode.Pod("pod", PluginDirectory.UnderTest, Subnets).Add().Succeeded().Json;

        // The order of properties is irrelevant. Everything else is compared.
        Assert.True(
            JsonNode.DeepEquals(WithoutRandomParts(expected), WithoutRandomParts(actual)),
            $"Go: {expected}\nours: {actual}");
    }

    static ScratchNode NodeWithGoPlugins()
    {
        Requirement.Node();
        Requirement.Ipv6();
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        return new ScratchNode();
    }

    static JsonObject WithoutRandomParts(JsonElement result)
    {
        var copy = JsonNode.Parse(result.GetRawText())!.AsObject();
        if (copy["dns"] is JsonObject { Count: 0 })
        {
            // An empty "dns", which Go always writes, equals a missing one.
            copy.Remove("dns");
        }

        foreach (var item in copy["interfaces"]!.AsArray())
        {
            Assert.Matches("^([0-9a-f]{2}:){5}[0-9a-f]{2}$", item!["mac"]!.GetValue<string>());
            item["mac"] = "MAC";
            var name = item["name"]!.GetValue<string>();
            item["name"] = name.StartsWith("veth", StringComparison.Ordinal) ? $"veth of {name.Length} letters" : name;
        }

        return copy;
    }
}

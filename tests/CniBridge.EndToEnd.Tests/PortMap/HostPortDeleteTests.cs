using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortNode;
using static CniBridge.EndToEnd.Tests.PortMap.HostPortOwnerTests;

namespace CniBridge.EndToEnd.Tests.PortMap;

/// <summary>Tests of DEL and GC of host ports: only rules of the attachment are removed.</summary>
public sealed class HostPortDeleteTests
{
    public static TheoryData<string, string> Deletions => new()
    {
        { "with everything", s_port },
        { "without mappings", "[]" },
        { "with other mappings", Only(9090, 80) },
        { "with wrong mappings", """[{"hostPort": 0, "protocol": "x"}, null]""" },
        { "with mappings that are none", """[{"hostPort": "x"}]""" },
    };

    [Theory]
    [MemberData(nameof(Deletions))]
    public void DEL_removes_the_rules_of_ADD_with_any_mappings(string what, string mappings)
    {
        Assert.NotEmpty(what);
        using var node = HostPortNode.With("pod", "other");
        node.Add("other", Only(8081, 80));
        var before = node.Ruleset;
        node.Add("pod", s_port);

        node.Call("DEL", "pod", mappings, """{"backend": "x", "conditionsV4": ["x"], "markMasqBit": 99}""").Succeed();
        Assert.Equal(before, node.Ruleset);
        Assert.Equal(["podnet,container-other,eth0"], node.Records);
        node.Call("DEL", "pod", mappings).Succeed();
        Assert.Equal(before, node.Ruleset);

        node.Add("pod", s_port);
        node.CallWithoutResult("DEL", "pod", mappings).With("CNI_NETNS", null).Succeed();
        Assert.Equal(before, node.Ruleset);
        node.Call("CHECK", "other", Only(8081, 80)).Succeed();
    }

    [Fact]
    public void DEL_removes_only_rules_of_this_interface_and_network()
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", s_port);
        node.Call("DEL", "pod", s_port, """{"name": "other"}""").Succeed();
        node.Call("DEL", "pod", s_port).With("CNI_IFNAME", "eth1").Succeed();
        node.Call("DEL", "pod", s_port).With("CNI_CONTAINERID", "container-po").Succeed();
        node.Call("CHECK", "pod", s_port).Succeed();
    }

    [Fact]
    public void DEL_succeeds_after_the_ruleset_was_flushed()
    {
        using var node = HostPortNode.With("pod");
        node.Add("pod", s_port);
        node.Node.Run("nft", "flush", "ruleset").Succeeded();
        node.Call("DEL", "pod", s_port).Succeed();
        node.AssertNothingLeft();
    }

    [Fact]
    public void Names_of_any_length_have_different_owners()
    {
        using var node = HostPortNode.With("pod", "other");
        var network = $$"""{"name": "{{new string('n', 255)}}"}""";
        RawCall Call(string verb, string pod, int port, string last) => node.Call(verb, pod, Only(port, 80), network)
            .With("CNI_CONTAINERID", new string('c', 254) + last);
        Call("ADD", "pod", 8080, "1").Succeed();
        Call("ADD", "other", 8081, "2").Succeed();
        Assert.Equal(2, node.Owners.Distinct().Count());
        Call("ADD", "other", 8080, "2").Fail(999, node.Owners.Distinct().First()[..60]);
        Call("CHECK", "pod", 8080, "1").Succeed();
        Call("DEL", "pod", 8080, "1").Succeed();
        Assert.Single(node.Owners.Distinct());
        // GC finds these names too.
        Collect(node, $$"""[{"containerID": "{{new string('c', 254)}}2", "ifname": "eth0"}]""", network).Succeed();
        Assert.Single(node.Owners.Distinct());
        Collect(node, "[]", network).Succeed();
        node.AssertNothingLeft();
    }

    [Fact]
    public void GC_removes_rules_of_the_network_whose_attachments_are_not_in_the_list()
    {
        using var node = HostPortNode.With("pod", "other", "unrecorded");
        node.Add("pod", Only(8080, 80));
        node.Add("other", Only(8081, 80));
        node.Add("unrecorded", Only(8082, 80));
        node.Call("ADD", "pod", Only(8083, 80), """{"name": "podnet2"}""").Succeed();
        node.Node.Run("rm", "/run/cni-bridge/hostports/podnet,container-unrecorded,eth0").Succeeded();
        var foreign = node.CountOf("podnet2/container-pod/eth0");

        Collect(node, """[{"containerID": "container-other", "ifname": "eth0"}]""").Succeed();

        Assert.Equal([Other, "podnet2/container-pod/eth0"], node.Owners.Distinct());
        Assert.Equal(foreign, node.CountOf("podnet2/container-pod/eth0"));
        Assert.Equal(["podnet,container-other,eth0", "podnet2,container-pod,eth0"], node.Records);
        node.Call("CHECK", "other", Only(8081, 80)).Succeed();
        Collection(node, "{}").Fail(7, "cni.dev/valid-attachments");
        node.Call("CHECK", "other", Only(8081, 80)).Succeed();
        Collect(node, "[]").Succeed();
        Assert.Equal(["podnet2/container-pod/eth0"], node.Owners.Distinct());
    }

    static RawCall Collection(HostPortNode node, string keys)
    {
        var request = JsonNode.Parse(keys)!.AsObject();
        request["cniVersion"] = "1.1.0";
        request["name"] ??= "podnet";
        request["type"] = "portmap";
        return (RawCall.Of(node.Node, "GC", request.ToJsonString()) with { Plugin = "portmap" })
            .With("CNI_CONTAINERID", null).With("CNI_NETNS", null).With("CNI_IFNAME", null);
    }

    static RawCall Collect(HostPortNode node, string valid, string keys = "{}")
    {
        var request = JsonNode.Parse(keys)!.AsObject();
        request["cni.dev/valid-attachments"] = JsonNode.Parse(valid);
        return Collection(node, request.ToJsonString());
    }
}

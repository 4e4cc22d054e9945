using System.Text;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;
using CniBridge.Node.Runtime;
using static CniBridge.Node.Tests.Cluster.Nodes;

namespace CniBridge.Node.Tests.Cluster;

public sealed class KubernetesNodesTests
{
    /// <summary>A Node of the API without repeated parts.</summary>
    internal const string Node1 = """
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true", "name": "not this one"},
                "creationTimestamp": "2026-01-02T08:00:00Z",
                "labels": {"kubernetes.io/hostname": "node1"},
                "managedFields": [{"fieldsV1": {"f:spec": {"f:podCIDRs": {".": {}, "v:\"10.9.9.0/24\"": {}}}}, "manager": "kubelet"}],
                "name": "node1",
                "resourceVersion": "1234",
                "uid": "0b7a8b4e-5f0c-4b2f-9a49-0e4b8a9f9d01"
            },
            "spec": {"podCIDR": "10.244.1.0/24", "podCIDRs": ["10.244.1.0/24", "fd00:10:1::/64"]},
            "status": {
                "addresses": [
                    {"address": "203.0.113.7", "type": "ExternalIP"},
                    {"address": "192.168.1.11", "type": "InternalIP"},
                    {"address": "node1", "type": "Hostname"}
                ],
                "images": [{"names": ["registry.k8s.io/pause:3.9"], "sizeBytes": 744}],
                "nodeInfo": {"kubeletVersion": "v1.32.4"}
            }
        }
        """;

    internal static string List(params ReadOnlySpan<string> items) =>
        $$$"""{"apiVersion":"v1","items":[{{{string.Join(',', items.ToArray())}}}],"kind":"List","metadata":{"resourceVersion":""}}""" +
            "\n";

    static string Item(string name, string created, string addresses, string podRanges = "[]")
    {
        var listed = string.Join(',', addresses.Split(',').Select(address => $$"""{"type":"InternalIP","address":"{{address}}"}"""));
        return $$$"""
            {"kind":"Node","metadata":{"name":"{{{name}}}","creationTimestamp":"{{{created}}}"},
            "spec":{"podCIDRs":{{{podRanges}}}},"status":{"addresses":[{{{listed}}}]}}
            """;
    }

    static NodeTable Parse(string text) => KubernetesNodes.Parse(new MemoryStream(Encoding.UTF8.GetBytes(text)), "the list");

    [Fact]
    public void The_internal_addresses_and_the_pod_CIDRs_of_a_node_count()
    {
        var table = Parse(List(Node1));

        Assert.Equal(["node1 192.168.1.11 10.244.1.0/24,fd00:10:1::/64"], Texts(table));
        Assert.Empty(table.Problems);
    }

    // The API itself returns this kind of list, and its items have no kind.
    [Fact]
    public void A_NodeList_is_accepted_like_a_List() => Assert.Equal(["node1 192.168.1.11"], Texts(Parse("""
        {"kind":"NodeList","apiVersion":"v1","metadata":{},
        "items":[{"metadata":{"name":"node1"},"status":{"addresses":[{"type":"InternalIP","address":"192.168.1.11"}]}}]}
        """)));

    [Fact]
    public void All_internal_addresses_are_taken_in_their_order() => Assert.Equal(["node1 192.168.1.11,fd00::11,10.0.0.11"],
        Texts(Parse(List(Item("node1", "2026-01-01T00:00:00Z", "192.168.1.11,fd00::11,10.0.0.11")))));

    [Fact]
    public void Nodes_are_ordered_by_creation_time_and_then_by_name()
    {
        var table = Parse(List(
            Item("c", "2026-01-01T00:00:00Z", "10.0.0.3", """["10.244.1.0/24"]"""),
            Item("b", "2025-12-31T00:00:00Z", "10.0.0.2", """["10.244.1.0/24"]"""),
            """{"metadata":{"name":"0"}}""",
            Item("a", "2026-01-01T00:00:00Z", "10.0.0.1")));

        Assert.Equal(["b 10.0.0.2 10.244.1.0/24", "a 10.0.0.1", "c 10.0.0.3", "0"], Texts(table));
        Assert.Equal("c: the pod CIDR 10.244.1.0/24 is not used: it overlaps 10.244.1.0/24 of b", Assert.Single(table.Problems).ToString());
    }

    [Theory]
    [InlineData("""{"podCIDR":"10.244.1.0/24"}""", "10.244.1.0/24")]
    [InlineData("""{"podCIDR":"10.244.1.0/24","podCIDRs":[]}""", "10.244.1.0/24")]
    [InlineData("""{"podCIDRs":["10.244.1.0/24"],"podCIDR":"10.244.1.0/24"}""", "10.244.1.0/24")]
    [InlineData("""{"podCIDR":""}""", "")]
    [InlineData("""{"podCIDR":null,"podCIDRs":null}""", "")]
    [InlineData("""{"providerID":"x"}""", "")]
    [InlineData("null", "")]
    public void podCIDR_is_used_if_podCIDRs_is_missing(string spec, string ranges)
    {
        var table = Parse(
            List($$$"""{"metadata":{"name":"a"},"spec":{{{spec}}},"status":{"addresses":[{"type":"InternalIP","address":"10.0.0.1"}]}}"""));

        Assert.Equal([$"a 10.0.0.1 {ranges}".TrimEnd()], Texts(table));
        Assert.Empty(table.Problems);
    }

    [Fact]
    public void A_node_that_is_being_deleted_is_kept() => Assert.Single(Parse(List(
        """{"metadata":{"name":"a","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"addresses":[]}}""")).Nodes);

    [Fact]
    public void A_faulty_node_does_not_affect_other_nodes()
    {
        var table = Parse(List(
            """{"metadata":{"name":"a"},"spec":{"podCIDRs":["10.244.1.0"]},"status":{"addresses":[{"type":"InternalIP","address":"x"}]}}""",
            """{"metadata":[],"spec":[],"status":[]}""",
            Node1));

        Assert.Equal(["node1 192.168.1.11 10.244.1.0/24,fd00:10:1::/64", "a"], Texts(table));
        Assert.Equal(["a", "a", "items[1]", "items[1]", "items[1]"], table.Problems.Select(problem => problem.Node));
    }

    // An API server does not write this, but a person can edit the output of kubectl.
    [Theory]
    [InlineData("\"spec\":\"x\"", "spec is not a JSON object", false, true)]
    [InlineData("\"spec\":{\"podCIDRs\":\"10.244.1.0/24\"}", "podCIDRs is not a list", false, true)]
    [InlineData("\"spec\":{\"podCIDR\":[\"10.244.1.0/24\"]}", "podCIDR is not a string", false, true)]
    [InlineData("\"status\":[]", "status is not a JSON object", true, false)]
    [InlineData("\"status\":{\"addresses\":{\"type\":\"InternalIP\",\"address\":\"10.0.0.1\"}}", "addresses is not a list", true, false)]
    public void A_value_of_the_wrong_type_is_reported_and_makes_the_entry_faulty(
        string property, string text, bool lacksAddresses, bool lacksRanges)
    {
        var table = Parse(List($$"""{"metadata":{"name":"a"},{{property}}}""", Node1));

        Assert.Equal($"a: {text}", Assert.Single(table.Problems).ToString());
        var impaired = Assert.Single(table.Impaired, node => node.Claimed.Name == "a");
        Assert.Equal((lacksAddresses, lacksRanges), (impaired.LacksAddresses, impaired.LacksRanges));
    }

    [Theory]
    [InlineData("\"spec\":null,\"status\":null")]
    [InlineData("\"spec\":{\"podCIDRs\":null,\"podCIDR\":null},\"status\":{\"addresses\":null}")]
    [InlineData("\"spec\":{\"podCIDRs\":[],\"podCIDR\":\"\"},\"status\":{\"addresses\":[]}")]
    public void A_new_node_without_ranges_and_addresses_is_not_faulty(string properties)
    {
        var table = Parse(List($$"""{"metadata":{"name":"a"},{{properties}}}"""));

        Assert.Empty(table.Problems);
        Assert.Empty(table.Impaired);
    }

    [Theory]
    [InlineData("""{"kind":"Status","apiVersion":"v1","status":"Failure","message":"nodes is forbidden","reason":"Forbidden","code":403}""",
        "the list is not a list of nodes: it is a \"Status\" with the message \"nodes is forbidden\"")]
    [InlineData("""{"kind":"Node","metadata":{"name":"a"}}""", "the list is not a list of nodes: it is a \"Node\"")]
    [InlineData("""{"kind":"List","items":[{"kind":"Pod"}]}""", "the list is not a list of nodes: it contains a \"Pod\"")]
    [InlineData("""{"kind":"List"}""", "the list is not a list of nodes: it is a \"List\"")]
    [InlineData("""{"kind":"List","items":null}""", "the list has a key items that is not a list")]
    [InlineData("""{"nodes":[]}""", "the list is not a list of nodes: ")]
    [InlineData("""{"kind":"List","items":[{"kind":"Node","metadata":{"name":"a"}}""", "the list is not valid JSON: line 1, byte ")]
    [InlineData("""{"kind":"List","items":[{"kind":"Node","metadata":{"na""", "the list is not valid JSON: line 1, byte ")]
    [InlineData("No resources found", "the list is not valid JSON: line 1, byte 1: ")]
    [InlineData("", "the list is not valid JSON: ")]
    public void Objects_other_than_a_list_of_nodes_are_refused_by_name(string text, string why) =>
        Assert.StartsWith(why, Assert.Throws<RuntimeException>(() => Parse(text)).Message, StringComparison.Ordinal);

    // A read may end anywhere: in a name, in a number, between the two bytes of a letter.
    [Fact]
    public void A_list_may_arrive_in_pieces_of_any_size()
    {
        var text = Encoding.UTF8.GetBytes(List(Node1.Replace("not this one", "ä\\u00e4 \\\"", StringComparison.Ordinal)));
        for (var size = 1; size < 40; size++)
        {
            var table = KubernetesNodes.Parse(new Pieces([text], size), "the list");
            Assert.Equal(["node1 192.168.1.11 10.244.1.0/24,fd00:10:1::/64"], Texts(table));
        }
    }

    // The input has 80 MB, and a few hundred bytes of each node stay in memory.
    [Fact]
    public void Skipped_values_use_no_memory()
    {
        const int count = 5000;
        var liveBefore = GC.GetTotalMemory(forceFullCollection: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var source = new Pieces(LargeList(count, new string('x', 16 * 1024)), 4096);

        var table = KubernetesNodes.Parse(source, "the list");

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before - source.Allocated;
        var live = GC.GetTotalMemory(forceFullCollection: true) - liveBefore;
        TestContext.Current.TestOutputHelper?.WriteLine($"{source.Length} bytes, {allocated} allocated in all, {live} of it in use");
        Assert.Equal(count, table.Nodes.Count);
        Assert.Empty(table.Problems);
        Assert.InRange(source.Length, 80_000_000, long.MaxValue);
        // The limit is for all nodes together. Only the content of the table stays in memory.
        Assert.InRange(allocated, 1, 40_000_000);
        Assert.InRange(live, 1, 10_000_000);
    }

    [Fact]
    public void The_buffer_grows_only_to_the_longest_text()
    {
        var json = new JsonStream(new Pieces([.. LargeList(100, new string('x', 300_000))], 4096));
        json.Read();
        json.Skip();

        Assert.False(json.Read());
        Assert.Equal(512 * 1024, json.BufferSize);
    }

    [Fact]
    public void A_text_without_an_end_is_refused()
    {
        var endless = Enumerable.Repeat(Encoding.UTF8.GetBytes(new string('x', 64 * 1024)), 1000);

        var error = Assert.Throws<RuntimeException>(() =>
            KubernetesNodes.Parse(new Pieces([.. (byte[][])[[.. "{\"a\":\""u8]], .. endless], 64 * 1024), "the list"));

        Assert.Equal("the list is not valid JSON: a string is longer than 4 MiB", error.Message);
    }

    static IEnumerable<byte[]> LargeList(int count, string annotation)
    {
        yield return Encoding.UTF8.GetBytes("""{"apiVersion":"v1","items":[""");
        var separator = "";
        foreach (var node in Many(count))
        {
            yield return Encoding.UTF8.GetBytes($$$"""
                {{{separator}}}{"kind":"Node","metadata":{"annotations":{"a":"{{{annotation}}}"},"creationTimestamp":"2026-01-01T00:00:00Z",
                "name":"{{{node.Name}}}"},"spec":{"podCIDRs":["{{{node.PodRanges[0]}}}","{{{node.PodRanges[1]}}}"]},"status":{"addresses":[
                {"address":"{{{node.Addresses[0]}}}","type":"InternalIP"},{"address":"{{{node.Addresses[1]}}}","type":"InternalIP"}]}}
                """);
            separator = ",";
        }
        yield return Encoding.UTF8.GetBytes("""],"kind":"List"}""");
    }
}

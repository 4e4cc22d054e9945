using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>Tests of the place where the entries of a table are corrected, also after the agent has saved and loaded the table.</summary>
public sealed class NodeOriginTests : IDisposable
{
    const string Entry = """{"name": "node1", "addresses": ["192.168.1.11"]}""";

    const string List = """{"kind": "List", "items": [{"metadata": {"name": "node1", "creationTimestamp": "2026-01-01T00:00:00Z"}}]}""";

    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    string Write(string name, string text)
    {
        var path = Path.Combine(_directory.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Returns the origin of a table after it was saved and loaded.</summary>
    NodeOrigin? SaveAndLoad(NodeTable table)
    {
        var cache = new NodeCache(Path.Combine(_directory.Path, "kept.json"));
        cache.Save(table);
        return cache.TryLoad(out _)!.Origin;
    }

    [Fact]
    public void Entries_of_a_nodes_file_are_corrected_in_this_file()
    {
        var path = Write("nodes.json", $$"""{"nodes": [{{Entry}}]}""");
        var table = new NodeFile(path).Read();
        Assert.Equal(new NodeOrigin(path), table.Origin);
        Assert.Equal(new NodeOrigin(path), SaveAndLoad(table));
    }

    [Fact]
    public void A_relative_path_becomes_absolute()
    {
        var path = Write("nodes.json", $$"""{"nodes": [{{Entry}}]}""");
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        Assert.Equal(new NodeOrigin(path), new NodeFile(relative).Read().Origin);
    }

    [Fact]
    public void Entries_of_a_file_with_the_output_of_kubectl_are_corrected_in_Kubernetes()
    {
        var table = KubernetesNodes.Parse(new MemoryStream(Encoding.UTF8.GetBytes(List)), "the output of kubectl");
        Assert.Equal(NodeOrigin.Kubernetes, table.Origin);
        Assert.Equal(NodeOrigin.Kubernetes, SaveAndLoad(table));
        Assert.Equal(NodeOrigin.Kubernetes, new NodeFile(Write("nodes.json", List)).Read().Origin);
    }

    [Theory]
    [InlineData("""{"nodes": [{"name": "node1", "addresses": [], "creationTime": "2026-01-01T00:00:00Z"}]}""", true)]
    [InlineData($$"""{"nodes": [{{Entry}}]}""", false)]
    [InlineData($$"""{"source": "nodes.json", "nodes": [{{Entry}}]}""", false)]
    public void A_saved_table_without_an_origin_came_from_Kubernetes_if_it_has_creation_times(string text, bool isKubernetes) =>
        Assert.Equal(isKubernetes ? NodeOrigin.Kubernetes : null, new NodeCache(Write("kept.json", text)).TryLoad(out _)!.Origin);

    [Fact]
    public void Copies_of_a_table_have_the_same_origin()
    {
        var path = Write("nodes.json", $$"""{"nodes": [{{Entry}}, {"name": "node2", "addresses": ["x"]}]}""");
        var table = new NodeFile(path).Read();
        var former = Nodes.Table(Nodes.Entry("node1", "192.168.1.11"), Nodes.Entry("node2", "192.168.1.12"));

        var completed = table.CompleteFrom(former);

        Assert.Equal(2, completed.Nodes.Count(node => node.Addresses.Count > 0));
        NodeTable[] copies =
        [
            completed, table.WithClusterCidrs([Cidr.Parse("10.0.0.0/8")]), table.Apply(RangePolicy.Create([])),
        ];
        Assert.All(copies, copy => Assert.Equal(new NodeOrigin(path), copy.Origin));
    }
}

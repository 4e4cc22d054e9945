using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>
/// Nodes in a file: <c>{ "nodes": [ { "name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24"] } ] }</c>,
/// or what 'kubectl get nodes -o json' printed.
/// </summary>
/// <param name="path">"-": standard input, which is read once.</param>
public sealed class NodeFile(string path) : INodeSource
{
    public const string DefaultPath = "/etc/cni-bridge/nodes.json";

    const string StandardInput = "-";

    NodeTable? _fromInput;

    public string Description => path == StandardInput ? "standard input" : $"the file {path}";

    public NodeTable Read() => path == StandardInput
        ? _fromInput ??= Parse(DescriptorStream.StandardInput, "standard input")
        : Load(path);

    /// <exception cref="RuntimeException">The file cannot be read, or is no table of nodes.</exception>
    internal static NodeTable Load(string path)
    {
        try
        {
            using var file = RegularFile.OpenRead(path);
            return Parse(file, path);
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            throw new RuntimeException($"cannot read the nodes file {path}: {e.Message}");
        }
    }

    /// <param name="source">What messages call it.</param>
    /// <exception cref="RuntimeException">No table of nodes.</exception>
    /// <exception cref="IOException">It cannot be read to its end.</exception>
    public static NodeTable Parse(Stream input, string source) => NodeDocument.Read(input, source);

    /// <summary>Returns nodes in our own form, a node a line: the same nodes are the same bytes.</summary>
    public static byte[] Write(IEnumerable<ClusterNode> nodes) => NodeFileText.Write(nodes, [], []);

    /// <summary>
    /// Returns a table with its cluster's networks and the problems of its entries, so that reading it gives the same table. Entries
    /// are written as they were claimed, also those that contradict each other.
    /// </summary>
    public static byte[] Write(NodeTable table) => NodeFileText.Write(
        table.Claims.Select(static claim => claim.Node).Where(static node => NodeNames.IsValid(node.Name)), table.ClusterCidrs, table.EntryProblems);
}

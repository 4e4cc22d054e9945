using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// A file with nodes: <c>{ "nodes": [ { "name": "node1", "addresses": ["192.168.1.11"], "podRanges": ["10.244.1.0/24"] } ] }</c>, or
/// the output of "kubectl get nodes -o json".
/// </summary>
/// <param name="path">The path; "-" for standard input, which is read once.</param>
public sealed class NodeFile(string path) : INodeSource
{
    public const string DefaultPath = "/etc/cni-bridge/nodes.json";

    const string StandardInput = "-";

    NodeTable? _fromInput;

    public string Description => path == StandardInput ? "standard input" : $"the file {path}";

    public NodeTable Read()
    {
        if (path == StandardInput)
            return _fromInput ??= Parse(DescriptorStream.StandardInput, "standard input");
        var table = Load(path);
        // The output of kubectl is corrected in Kubernetes, not in the file.
        return table.Origin is null ? table.WithOrigin(new NodeOrigin(Path.GetFullPath(path))) : table;
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="RuntimeException">The file cannot be read, or is not a node table.</exception>
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

    /// <summary>Parses a nodes file.</summary>
    /// <param name="source">The name of the input, for error messages.</param>
    /// <exception cref="RuntimeException">The input is not a node table.</exception>
    /// <exception cref="IOException">The input cannot be read completely.</exception>
    public static NodeTable Parse(Stream input, string source) => NodeDocument.Read(input, source);

    /// <summary>Returns nodes in the format of a nodes file, one per line. Equal nodes give equal bytes.</summary>
    public static byte[] Write(IEnumerable<ClusterNode> nodes) =>
        NodeFileText.Write(nodes.Select(static node => new NodeClaim(node)), [], [], null);

    /// <summary>
    /// Returns a table in the format of a nodes file, with its cluster networks and problems. Reading it gives the same table: entries
    /// are written as claimed, even if they are faulty or conflict.
    /// </summary>
    public static byte[] Write(NodeTable table) =>
        NodeFileText.Write(table.Claims, table.ClusterCidrs, table.EntryProblems, table.Origin);
}

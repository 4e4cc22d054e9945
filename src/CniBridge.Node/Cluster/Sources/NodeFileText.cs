using System.Text;
using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>The text of a nodes file, formatted for people.</summary>
static class NodeFileText
{
    /// <summary>The key of <see cref="NodeTable.Origin"/>. Its value is the path of a file, or <see cref="Kubernetes"/>.</summary>
    internal const string OriginKey = "source";

    internal const string Kubernetes = "Kubernetes";

    internal static byte[] Write(
        IEnumerable<NodeClaim> nodes, IReadOnlyList<Cidr> clusterCidrs, IReadOnlyList<NodeProblem> problems, NodeOrigin? origin)
    {
        using var bytes = new MemoryStream();
        // Writing UTF-8 directly avoids a second copy of a long text.
        using (var text = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
        {
            text.Write("{\n");
            if (origin is not null)
                text.Write($"  \"{OriginKey}\": \"{JsonEncodedText.Encode(origin.File ?? Kubernetes)}\",\n");
            if (clusterCidrs.Count > 0)
            {
                text.Write("  \"clusterCidrs\": ");
                WriteList(text, clusterCidrs);
                text.Write(",\n");
            }
            WriteLines(text, "nodes", nodes, WriteNode);
            if (problems.Count > 0)
            {
                text.Write(",\n");
                WriteLines(text, "problems", problems, WriteProblem);
            }
            text.Write("\n}\n");
        }
        return bytes.ToArray();
    }

    static void WriteLines<T>(StreamWriter text, string key, IEnumerable<T> items, Action<StreamWriter, T> write)
        where T : class
    {
        text.Write($"  \"{key}\": [");
        var separator = "\n";
        foreach (var item in items)
        {
            text.Write(separator);
            text.Write("    ");
            write(text, item);
            separator = ",\n";
        }
        text.Write(separator == "\n" ? "]" : "\n  ]");
    }

    static void WriteNode(StreamWriter text, NodeClaim claim)
    {
        text.Write($"{{ \"name\": \"{JsonEncodedText.Encode(claim.Node.Name)}\", \"addresses\": ");
        WriteList(text, claim.Node.Addresses);
        text.Write(", \"podRanges\": ");
        WriteList(text, claim.Node.PodRanges);
        if (claim.CreationTime is { } time)
            text.Write($", \"{NodeFileEntry.CreationTime}\": \"{JsonEncodedText.Encode(time)}\"");
        var parts = UnreadableParts.Of(claim);
        // An empty list tells that an entry without addresses is not faulty.
        if (parts.Count > 0 || claim.Node.Addresses.Count == 0)
        {
            text.Write($", \"{UnreadableParts.Key}\": ");
            WriteList(text, parts);
        }
        text.Write(" }");
    }

    static void WriteProblem(StreamWriter text, NodeProblem problem)
    {
        text.Write($"{{ \"node\": \"{JsonEncodedText.Encode(problem.Node)}\", \"text\": \"{JsonEncodedText.Encode(problem.Text)}\"");
        text.Write(problem.CostsPodRange ? ", \"costsPodRange\": true }" : " }");
    }

    static void WriteList<T>(StreamWriter text, IReadOnlyList<T> values)
        where T : class
    {
        text.Write('[');
        for (var i = 0; i < values.Count; i++)
            text.Write($"{(i == 0 ? "" : ", ")}\"{values[i]}\"");
        text.Write(']');
    }
}

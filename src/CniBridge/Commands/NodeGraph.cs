using System.Text;
using CniBridge.Node.Inspection;

namespace CniBridge.Commands;

/// <summary>The picture of a node as a graph: for Graphviz, and for what draws Mermaid (GitHub among them).</summary>
static class NodeGraph
{
    internal const string Dot = "dot";
    internal const string Mermaid = "mermaid";

    internal static string ToDot(NodePicture node)
    {
        var text = new StringBuilder("graph node {\n  rankdir=LR;\n  node [shape=box];\n");
        Visit(node,
            (id, label) => text.Append($"  {id} [label={Quote(string.Join('\n', label))}];\n"),
            (from, to, label) => text.Append($"  {from} -- {to}{(label.Length == 0 ? "" : $" [label={Quote(label)}]")};\n"));
        return text.Append("}\n").ToString();
    }

    internal static string ToMermaid(NodePicture node)
    {
        var text = new StringBuilder("graph LR\n");
        Visit(node,
            (id, label) => text.Append($"  {id}[\"{string.Join("<br>", label.Select(Escape))}\"]\n"),
            (from, to, label) => text.Append(label.Length == 0 ? $"  {from} --- {to}\n" : $"  {from} ---|\"{Escape(label)}\"| {to}\n"));
        return text.ToString();
    }

    static void Visit(NodePicture node, Action<string, string[]> box, Action<string, string, string> edge)
    {
        box("node", [node.Name]);
        for (var i = 0; i < node.Bridges.Count; i++)
        {
            var bridge = node.Bridges[i];
            box($"bridge{i}", [bridge.Link.Name, .. bridge.Addresses.Select(address => address.ToString())]);
            edge("node", $"bridge{i}", "");
            for (var j = 0; j < bridge.Pods.Count; j++)
            {
                var pod = bridge.Pods[j];
                box($"pod{i}_{j}", [IpamOutput.Short(pod.Name), .. pod.Interface.Addresses.Select(address => address.ToString()), .. pod.Ports.Select(NodeOutput.TextOf)]);
                edge($"bridge{i}", $"pod{i}_{j}", pod.Interface.Host.Name);
            }
        }
        for (var i = 0; i < node.Routes.Count; i++)
        {
            box($"route{i}", [node.Routes[i].Destination.ToString()]);
            edge("node", $"route{i}", node.Routes[i].Gateway is { } gateway ? $"via {gateway}" : "");
        }
    }

    /// <summary>A string of the language dot.</summary>
    static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <summary>Mermaid reads its labels as HTML.</summary>
    static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}

using System.Text;
using CniBridge.CommandLine;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Inspection.Snapshots;

namespace CniBridge.Output;

/// <summary>The bridges, pods and routes of a node as a graph for Graphviz (dot) and for Mermaid, which GitHub renders.</summary>
static class NodeGraph
{
    internal const string Dot = "dot";
    internal const string Mermaid = "mermaid";

    internal static ScreenText ToDot(NodeSnapshot node)
    {
        var text = new StringBuilder($"graph {Quote(node.Name)} {{\n  rankdir=LR;\n  node [shape=box];\n");
        Visit(node,
            (id, label) => text.Append($"  {id} [label={Quote(label)}];\n"),
            (from, to, label) => text.Append($"  {from} -- {to}{(label.Length == 0 ? "" : $" [label={Quote(label)}]")};\n"));
        return ScreenText.Document(text.Append("}\n").ToString());
    }

    internal static ScreenText ToMermaid(NodeSnapshot node)
    {
        var text = new StringBuilder("graph LR\n");
        Visit(node,
            (id, label) => text.Append($"  {id}[\"{string.Join("<br>", label.Select(Escape))}\"]\n"),
            (from, to, label) => text.Append(label.Length == 0
                ? $"  {from} --- {to}\n"
                : $"  {from} ---|\"{string.Join("<br>", label.Select(Escape))}\"| {to}\n"));
        return ScreenText.Document(text.ToString());
    }

    /// <summary>Visits all boxes and edges. The word "node" is no name of a box: it is a keyword of the dot language.</summary>
    static void Visit(NodeSnapshot node, Action<string, string[]> box, Action<string, string, string[]> edge)
    {
        box("host", [node.Name]);
        for (var i = 0; i < node.Bridges.Count; i++)
        {
            var bridge = node.Bridges[i];
            box($"bridge{i}", [bridge.Link.Name, .. TextsOf(bridge.Addresses), .. TextsOf(bridge.Link)]);
            edge("host", $"bridge{i}", []);
            for (var j = 0; j < bridge.Pods.Count; j++)
            {
                var pod = bridge.Pods[j];
                box($"pod{i}_{j}",
                [
                    IpamOutput.Short(pod.Name), .. TextsOf(pod.Interface.Addresses),
                    .. pod.Interface.Inside is { } inside ? TextsOf(inside) : ["unknown inside"],
                    .. pod.Ports.Select(NodeOutput.TextOf),
                ]);
                edge($"bridge{i}", $"pod{i}_{j}", [pod.Interface.Host.Name, StateOf(pod.Interface.Host)]);
            }
        }
        for (var i = 0; i < node.Routes.Count; i++)
        {
            box($"route{i}", [node.Routes[i].Destination.ToString()]);
            edge("host", $"route{i}", node.Routes[i].Gateway is { } gateway ? [$"via {gateway}"] : []);
        }
    }

    static IEnumerable<string> TextsOf(IEnumerable<Cidr> addresses) => addresses.Select(address => address.ToString());

    static string[] TextsOf(Link link) => [link.Mac.ToString(), StateOf(link)];

    static string StateOf(Link link) => $"{(link.IsUp ? "up" : "down")}, mtu {link.Mtu}";

    /// <summary>Returns a quoted string of the dot language with one or more lines.</summary>
    static string Quote(params ReadOnlySpan<string> lines)
    {
        var text = new StringBuilder("\"");
        foreach (var line in lines)
        {
            text.Append(text.Length == 1 ? "" : "\\n").Append(
                PrintableText.Escape(line).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal));
        }
        return text.Append('"').ToString();
    }

    /// <summary>Escapes a label for Mermaid, which parses labels as HTML.</summary>
    static string Escape(string text) => PrintableText.Escape(text)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("\"", "&quot;", StringComparison.Ordinal);
}

using System.Buffers;

namespace CniBridge.Node.Cluster;

/// <summary>Names of nodes: Kubernetes's, which are host names.</summary>
static class NodeNames
{
    /// <summary>DNS-1123 subdomain, less its rules about single labels: nothing of ours depends on those.</summary>
    const int MaxLength = 253;

    const string NotValid = "its name is not letters, digits and - . _, at most 253, so it is not used";

    static readonly SearchValues<char> s_characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

    internal static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(s_characters);

    /// <summary>Compares names as host names are compared: without regard to case.</summary>
    internal static bool AreEqual(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the nodes whose names can be used, each once, and rejects the others.</summary>
    internal static List<NodeCandidate> Check(List<NodeCandidate> nodes, List<NodeProblem> problems)
    {
        var names = new Dictionary<string, NodeCandidate>(StringComparer.OrdinalIgnoreCase);
        var usable = new List<NodeCandidate>(nodes.Count);
        foreach (var node in nodes)
        {
            if (IsValid(node.Name) && names.TryAdd(node.Name, node))
            {
                usable.Add(node);
                continue;
            }
            node.Reject();
            if (names.TryGetValue(node.Name, out var first))
                ReportDuplicate(node, first, problems);
            else if (!node.IsNameless)
                problems.Add(new NodeProblem(Shown(node.Name), NotValid));
        }
        return usable;
    }

    /// <summary>The node with this name cannot know which entry is its own, so it must not change its configuration.</summary>
    static void ReportDuplicate(NodeCandidate node, NodeCandidate first, List<NodeProblem> problems)
    {
        first.DoubtName(node);
        problems.Add(new NodeProblem(node.Name, "there is another entry of this name before this one, which is not used")
        {
            CostsPodRange = true,
        });
    }

    /// <summary>Of what is no name only so much that a line of a log holds it, and nothing that a terminal obeys.</summary>
    internal static string Shown(string text)
    {
        const int enough = 64;
        var shown = text.Length > enough ? text[..enough] + "…" : text;
        return string.Create(shown.Length + 2, shown, static (into, from) =>
        {
            into[0] = into[^1] = '"';
            for (var i = 0; i < from.Length; i++)
                into[i + 1] = char.IsControl(from[i]) ? '?' : from[i];
        });
    }
}

using System.Buffers;
using CniBridge.Linux;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>Node names. As in Kubernetes, they are host names.</summary>
static class NodeNames
{
    /// <summary>
    /// The maximum of a DNS-1123 subdomain. Its rules about single labels are not checked, because nothing depends on them.
    /// </summary>
    const int MaxLength = 253;

    const string NotValid = "the entry is not used: a name has 1 to 253 letters, digits and the characters - . _";

    static readonly SearchValues<char> s_characters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");

    internal static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && !name.AsSpan().ContainsAnyExcept(s_characters);

    /// <summary>Compares names without regard to case, like host names.</summary>
    internal static bool AreEqual(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns the nodes with a valid and unique name, and rejects the others. Of duplicates the first is kept.</summary>
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

    /// <summary>
    /// Reports a duplicate. The problem costs a pod CIDR, because the node cannot know its own entry and must not write its
    /// configuration.
    /// </summary>
    static void ReportDuplicate(NodeCandidate node, NodeCandidate first, List<NodeProblem> problems)
    {
        first.DoubtName(node);
        problems.Add(new NodeProblem(node.Name, "a second entry with this name is not used")
        {
            CostsPodRange = true,
        });
    }

    /// <summary>Quotes untrusted text for a message: cuts it after 64 characters and replaces control characters.</summary>
    internal static string Shown(string text)
    {
        var shown = PrintableText.Cut(text, 64);
        return string.Create(shown.Length + 2, shown, static (into, from) =>
        {
            into[0] = into[^1] = '"';
            for (var i = 0; i < from.Length; i++)
                into[i + 1] = char.IsControl(from[i]) ? '?' : from[i];
        });
    }
}

using System.Globalization;
using System.Text.Json;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster;

/// <summary>
/// All nodes as JSON, in our own form or as kubectl prints them. Which of the two it is stands behind the nodes in what kubectl
/// prints, so both are read as they come.
/// </summary>
sealed class NodeDocument
{
    readonly JsonStream _json;
    readonly string _source;
    readonly List<NodeProblem> _problems = [];

    /// <summary>Of our own form; null when there is no such list.</summary>
    List<ClusterNode>? _nodes;

    /// <summary>Of Kubernetes, each with the time when it was made.</summary>
    List<(string Time, ClusterNode Node)>? _items;

    string? _kind, _message;

    /// <summary>How many entries were read.</summary>
    int _place;

    NodeDocument(Stream input, string source)
    {
        _json = new JsonStream(input);
        _source = source;
    }

    /// <param name="source">What messages call it: the path of a file.</param>
    /// <exception cref="RuntimeException">It cannot be read, or is neither form.</exception>
    internal static NodeTable Read(Stream input, string source, bool isKubernetes = false)
    {
        var document = new NodeDocument(input, source);
        try
        {
            document.Read();
        }
        catch (JsonException e)
        {
            throw new RuntimeException($"{source} is not valid JSON: {Describe(e)}");
        }
        return document.Finish(isKubernetes);
    }

    void Read()
    {
        _json.Read();
        if (!_json.ReadObject(ReadProperty))
            throw Refuse("is no JSON object");
        // Nothing but white space may follow; anything else makes this throw.
        _json.Read();
    }

    void ReadProperty(string name)
    {
        switch (name)
        {
            case "nodes":
                _nodes = [];
                if (!_json.ReadList(() => Add(_nodes, NodeFileEntry.Read(_json, PlaceOf(name)))))
                    throw Refuse("has a key nodes that is no list");
                break;
            case "items":
                _items = [];
                if (!_json.ReadList(AddItem))
                    throw Refuse("has a key items that is no list");
                break;
            case "kind":
                _kind = _json.ReadText();
                break;
            case "message":
                _message = _json.ReadText();
                break;
            default:
                _json.Skip();
                break;
        }
    }

    string PlaceOf(string list) => string.Create(CultureInfo.InvariantCulture, $"{list}[{_place++}]");

    void Add(List<ClusterNode> to, NodeEntry entry)
    {
        if (entry.Finish(_problems) is { } node)
            to.Add(node);
    }

    void AddItem()
    {
        var entry = KubernetesNode.Read(_json, PlaceOf("items"), out var kind);
        // The items of a NodeList, as the API gives it, have none.
        if (kind is not (null or "Node"))
            throw Refuse($"is no list of nodes: an item is a {NodeNames.Shown(kind)}");
        if (entry.Finish(_problems) is { } node)
            _items!.Add((entry.CreationTime, node));
    }

    NodeTable Finish(bool isKubernetes)
    {
        if (_kind is null && _items is null && _nodes is not null && !isKubernetes)
            return NodeTable.Of(_nodes, _problems);
        if (_kind is not ("List" or "NodeList") || _items is null || _nodes is not null)
            throw Refuse($"is no list of nodes: {Found()}");
        // The longest there keeps what two claim. Where the time is the same, the order must not change from list to list.
        _items.Sort(static (one, other) => string.CompareOrdinal(one.Time, other.Time) is not 0 and var byTime
            ? byTime
            : string.CompareOrdinal(one.Node.Name, other.Node.Name));
        return NodeTable.Of(_items.ConvertAll(static item => item.Node), _problems);
    }

    string Found()
    {
        if (_kind is null)
            return "it has neither nodes, as a nodes file, nor kind and items, as 'kubectl get nodes -o json' prints";
        var kind = $"it is a {NodeNames.Shown(_kind)}";
        return _message is { Length: > 0 } ? $"{kind} that says {NodeNames.Shown(_message)}" : kind;
    }

    RuntimeException Refuse(string why) => new($"{_source} {why}");

    /// <summary>The library counts from zero, and at the end of its sentence.</summary>
    static string Describe(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return e.LineNumber is { } line && e.BytePositionInLine is { } position && end >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, byte {position + 1}: {e.Message[..end].TrimEnd('.')}")
            : e.Message;
    }
}

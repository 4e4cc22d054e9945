using System.Globalization;
using System.Text.Json;
using CniBridge.Linux.Addresses;
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

    readonly List<Cidr> _clusterCidrs = [];

    /// <summary>The entries of our own form; null when there is no such list.</summary>
    List<NodeClaim>? _nodes;

    /// <summary>The items of Kubernetes; null when there is no such list.</summary>
    List<NodeClaim>? _items;

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
                _nodes = _nodes is null ? [] : throw Refuse("has the key nodes twice");
                if (!_json.ReadList(() => _nodes.Add(NodeFileEntry.Read(_json, PlaceOf(name)).Finish(_problems))))
                    throw Refuse("has a key nodes that is no list");
                break;
            case "items":
                _items = _items is null ? [] : throw Refuse("has the key items twice");
                if (!_json.ReadList(AddItem))
                    throw Refuse("has a key items that is no list");
                break;
            case "clusterCidrs":
                if (!_json.ReadList(AddClusterCidr))
                    throw Refuse("has a key clusterCidrs that is no list");
                break;
            case "problems":
                _json.ReadList(AddKeptProblem);
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

    /// <exception cref="RuntimeException">It is no network: to pass over it would allow other ranges, or refuse those of nodes.</exception>
    void AddClusterCidr() => _clusterCidrs.AddRange(ConflistSettings.ParseList($"{_source}: clusterCidrs", [_json.ReadText() ?? ""]));

    /// <summary>The last good table is kept with the problems of its source.</summary>
    void AddKeptProblem()
    {
        string? node = null, text = null;
        _json.ReadObject(key =>
        {
            var value = _json.ReadText();
            if (key == "node")
                node = value;
            else if (key == "text")
                text = value;
        });
        if (node is not null && text is not null)
            _problems.Add(new NodeProblem(node, text));
    }

    void AddItem()
    {
        var entry = KubernetesNode.Read(_json, PlaceOf("items"), out var kind);
        // The items of a NodeList, as the API gives it, have none.
        if (kind is not (null or "Node"))
            throw Refuse($"is no list of nodes: an item is a {NodeNames.Shown(kind)}");
        _items!.Add(entry.Finish(_problems));
    }

    NodeTable Finish(bool isKubernetes)
    {
        if (_kind is null && _items is null && _nodes is not null && !isKubernetes)
            return NodeTable.Create(_nodes, _problems).WithClusterCidrs(_clusterCidrs);
        if (_kind is not ("List" or "NodeList") || _items is null || _nodes is not null)
            throw Refuse($"is no list of nodes: {Found()}");
        // The longest there keeps what two claim. Where the time is the same, the order must not change from list to list.
        _items.Sort(static (one, other) => string.CompareOrdinal(TimeOf(one), TimeOf(other)) is not 0 and var byTime
            ? byTime
            : string.CompareOrdinal(one.Node.Name, other.Node.Name));
        return NodeTable.Create(_items, _problems).WithClusterCidrs(_clusterCidrs);
    }

    /// <summary>A node without a time is the newest.</summary>
    static string TimeOf(NodeClaim claim) => claim.CreationTime ?? "9999-12-31T23:59:59Z";

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

using System.Globalization;
using System.Text.Json;
using CniBridge.Linux.Addresses;
using CniBridge.Node.Cluster.Nodes;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// A JSON document with nodes: a nodes file or the output of kubectl. The key "kind" follows the items in kubectl's output, so both
/// forms are read before one is chosen.
/// </summary>
sealed class NodeDocument
{
    readonly JsonStream _json;
    readonly string _source;
    readonly List<NodeProblem> _problems = [];

    readonly List<Cidr> _clusterCidrs = [];

    /// <summary>The entries of a nodes file; null without the key "nodes".</summary>
    List<NodeClaim>? _nodes;

    /// <summary>The items of a Kubernetes list; null without the key "items".</summary>
    List<NodeClaim>? _items;

    string? _kind, _message, _origin;

    /// <summary>The number of entries read so far.</summary>
    int _place;

    NodeDocument(Stream input, string source)
    {
        _json = new JsonStream(input);
        _source = source;
    }

    /// <summary>Reads a document.</summary>
    /// <param name="source">The name of the input for error messages, such as the path of a file.</param>
    /// <exception cref="RuntimeException">The input is not valid JSON, or has neither form.</exception>
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
            throw Refuse("is not a JSON object");
        // Throws for anything but white space after the object.
        _json.Read();
    }

    void ReadProperty(string name)
    {
        switch (name)
        {
            case "nodes":
                _nodes = _nodes is null ? [] : throw Refuse("has the key nodes more than once");
                if (!_json.ReadList(() => _nodes.Add(NodeFileEntry.Read(_json, PlaceOf(name)).Finish(_problems))))
                    throw Refuse("has a key nodes that is not a list");
                break;
            case "items":
                _items = _items is null ? [] : throw Refuse("has the key items more than once");
                if (!_json.ReadList(AddItem))
                    throw Refuse("has a key items that is not a list");
                break;
            case "clusterCidrs":
                if (!_json.ReadList(AddClusterCidr))
                    throw Refuse("has a key clusterCidrs that is not a list");
                break;
            case "problems":
                _json.ReadList(AddKeptProblem);
                break;
            case NodeFileText.OriginKey:
                _origin = _json.ReadText();
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

    /// <summary>
    /// Adds a cluster network. An invalid one is an error, because skipping it would change which pod CIDRs are accepted.
    /// </summary>
    /// <exception cref="RuntimeException">The value is not a valid network.</exception>
    void AddClusterCidr() => _clusterCidrs.AddRange(ConflistSettings.ParseList($"{_source}: clusterCidrs", [_json.ReadText() ?? ""]));

    /// <summary>Adds a problem that the agent saved with the last valid table.</summary>
    void AddKeptProblem()
    {
        string? node = null, text = null;
        var costsPodRange = false;
        _json.ReadObject(key =>
        {
            costsPodRange |= key == "costsPodRange" && _json.Kind == JsonTokenType.True;
            var value = _json.ReadText();
            if (key == "node")
                node = value;
            else if (key == "text")
                text = value;
        });
        if (node is not null && text is not null)
            _problems.Add(new NodeProblem(node, text) { CostsPodRange = costsPodRange });
    }

    void AddItem()
    {
        var node = NodeObjectJson.Read(_json, out var kind);
        // Items of a NodeList from the API have no kind.
        if (kind is not (null or "Node"))
            throw Refuse($"is not a list of nodes: it contains a {NodeNames.Shown(kind)}");
        _items!.Add(node.ToClaim(PlaceOf("items"), _problems));
    }

    NodeTable Finish(bool isKubernetes)
    {
        if (_kind is null && _items is null && _nodes is not null && !isKubernetes)
            return NodeTable.Create(_nodes, _problems).WithClusterCidrs(_clusterCidrs).WithOrigin(Origin(_nodes));
        if (_kind is not ("List" or "NodeList") || _items is null || _nodes is not null)
            throw Refuse($"is not a list of nodes: {Found()}");
        return KubernetesNodes.Create(_items, _problems).WithClusterCidrs(_clusterCidrs);
    }

    /// <summary>
    /// Returns where the agent that saved the entries read them; null in a file that the agent did not save. Earlier versions saved no
    /// origin, but only Kubernetes has creation times.
    /// </summary>
    NodeOrigin? Origin(List<NodeClaim> nodes)
    {
        if (_origin is ['/', ..])
            return new NodeOrigin(_origin);
        return _origin == NodeFileText.Kubernetes || nodes.Exists(static claim => claim.CreationTime is not null)
            ? NodeOrigin.Kubernetes
            : null;
    }

    string Found()
    {
        if (_kind is null)
            return "it has neither the key nodes (nodes file) nor the keys kind and items (kubectl get nodes -o json)";
        var kind = $"it is a {NodeNames.Shown(_kind)}";
        return _message is { Length: > 0 } ? $"{kind} with the message {NodeNames.Shown(_message)}" : kind;
    }

    RuntimeException Refuse(string why) => new($"{_source} {why}");

    /// <summary>Rewrites the .NET message: it puts the position, which .NET counts from 0, at the end.</summary>
    static string Describe(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return e.LineNumber is { } line && e.BytePositionInLine is { } position && end >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, byte {position + 1}: {e.Message[..end].TrimEnd('.')}")
            : e.Message;
    }
}

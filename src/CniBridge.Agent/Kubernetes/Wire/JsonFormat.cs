using System.Globalization;
using System.Text.Json;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>The API's JSON, for servers and proxies that offer no protobuf. A watch sends one object per line.</summary>
sealed class JsonFormat : INodeFormat
{
    internal const string MediaType = "application/json";

    public NodeList ReadList(Stream body) => Guard(() =>
    {
        var json = new JsonStream(body);
        var nodes = new List<NodeObject>();
        string? kind = null;
        var version = "";
        json.Read();
        json.ReadObject(name =>
        {
            switch (name)
            {
                case "kind":
                    kind = json.ReadText();
                    break;
                case "metadata":
                    json.ReadObject(key => version = key == "resourceVersion" ? json.ReadText() ?? "" : Skip(json, version));
                    break;
                case "items":
                    json.ReadList(() => nodes.Add(ReadNode(json)));
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        return kind == "NodeList"
            ? new NodeList(nodes, version)
            : throw new InvalidDataException($"the answer is a {kind}, not a NodeList");
    });

    public IEnumerable<NodeEvent> ReadEvents(Stream body)
    {
        using var lines = new BoundedLines(body, ProtobufFormat.MaxFrame);
        while (lines.Read() is { } line)
        {
            if (line.Length > 0 && ParseEvent(line) is { } parsed)
                yield return parsed;
        }
    }

    static NodeEvent? ParseEvent(byte[] line) => Guard(() =>
    {
        using var stream = new MemoryStream(line);
        var json = new JsonStream(stream);
        var (type, kind, message, code) = ("", (string?)null, "", 0);
        var node = new NodeObject();
        json.Read();
        json.ReadObject(name =>
        {
            if (name == "type")
                type = json.ReadText() ?? "";
            else if (name == "object")
                json.ReadObject(key => ReadObject(key));
            else
                json.Skip();
        });
        return NodeEvent.FindType(type) is not { } found ? null
            : found == NodeEventType.Error || kind == "Status" ? NodeEvent.CreateError(code, message)
            : new NodeEvent(found, node);

        void ReadObject(string key)
        {
            if (key == "kind")
                kind = json.ReadText();
            else if (key == "message")
                message = json.ReadText() ?? "";
            else if (key == "code")
                code = json.ReadInt32() ?? 0;
            else
                ReadNodeField(json, node, key);
        }
    });

    static NodeObject ReadNode(JsonStream json)
    {
        var node = new NodeObject();
        json.ReadObject(key => ReadNodeField(json, node, key));
        return node;
    }

    static void ReadNodeField(JsonStream json, NodeObject node, string key)
    {
        switch (key)
        {
            case "metadata":
                json.ReadObject(name => ReadMetadata(json, node, name));
                break;
            case "spec":
                json.ReadObject(name => ReadSpec(json, node, name));
                break;
            case "status":
                json.ReadObject(name => ReadStatus(json, node, name));
                break;
            default:
                json.Skip();
                break;
        }
    }

    static void ReadMetadata(JsonStream json, NodeObject node, string key)
    {
        if (key == "name")
            node.Name = json.ReadText() ?? "";
        else if (key == "resourceVersion")
            node.ResourceVersion = json.ReadText() ?? "";
        else if (key == "creationTimestamp")
            node.CreationTime = ParseTime(json.ReadText());
        else
            json.Skip();
    }

    static void ReadSpec(JsonStream json, NodeObject node, string key)
    {
        if (key == "podCIDR")
            node.PodRange = json.ReadText() ?? "";
        else if (key == "podCIDRs")
            json.ReadList(() => node.PodRanges.Add(json.ReadText() ?? ""));
        else
            json.Skip();
    }

    static void ReadStatus(JsonStream json, NodeObject node, string key)
    {
        if (key == "addresses")
            json.ReadList(() => ReadAddress(json, node));
        else
            json.Skip();
    }

    static void ReadAddress(JsonStream json, NodeObject node)
    {
        string? type = null, address = null;
        json.ReadObject(key =>
        {
            if (key == "type")
                type = json.ReadText();
            else if (key == "address")
                address = json.ReadText();
            else
                json.Skip();
        });
        if (type == "InternalIP")
            node.Addresses.Add(address ?? "");
    }

    static long ParseTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds()
            : long.MaxValue;

    static string Skip(JsonStream json, string value)
    {
        json.Skip();
        return value;
    }

    static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the answer is not valid JSON: {e.Message}", e);
        }
    }
}

using System.Text.Json;
using CniBridge.Node.Cluster.Sources;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>The API's JSON, for servers and proxies that offer no protobuf. A watch sends one object per line.</summary>
sealed class JsonFormat : INodeFormat
{
    internal const string MediaType = "application/json";

    public NodeList ReadList(Stream body) => Guard(() =>
    {
        // The reader of JSON limits each text, so that only the whole list needs a limit.
        var json = new JsonStream(new BoundedStream(body, BoundedStream.MaxList, int.MaxValue));
        var memory = new NodeMemory();
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
                    json.ReadList(() =>
                    {
                        var node = NodeObjectJson.Read(json, out _);
                        memory.Add(node);
                        nodes.Add(node);
                    });
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        return kind == "NodeList" ? new NodeList(nodes, version) : throw NodeFormats.WrongKind(kind ?? "", "NodeList");
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
                NodeObjectJson.ReadField(json, node, key);
        }
    });

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

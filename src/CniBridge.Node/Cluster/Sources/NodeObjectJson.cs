using System.Globalization;
using System.Text.Json;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>Reads a Kubernetes Node (v1) from JSON: from the output of kubectl and from the answers of an API server.</summary>
static class NodeObjectJson
{
    /// <summary>Reads the node at the current position.</summary>
    /// <param name="kind">The kind of the object, or null.</param>
    internal static NodeObject Read(JsonStream json, out string? kind)
    {
        var node = new NodeObject();
        string? found = null;
        var isObject = json.ReadObject(name =>
        {
            if (name == "kind")
                found = json.ReadText();
            else
                ReadField(json, node, name);
        });
        if (!isObject)
            Add(node, "the entry is not a JSON object", NodeObjectDamage.Everything);
        kind = found;
        return node;
    }

    /// <summary>Reads the value of one of the node's keys, or skips it.</summary>
    internal static void ReadField(JsonStream json, NodeObject node, string name)
    {
        switch (name)
        {
            case "metadata":
                json.ReadObject(key => ReadMetadata(json, node, key));
                break;
            case "spec":
                if (!IsNull(json) && !json.ReadObject(key => ReadSpec(json, node, key)))
                    Add(node, "spec is not a JSON object", NodeObjectDamage.PodRanges);
                break;
            case "status":
                if (!IsNull(json) && !json.ReadObject(key => ReadStatus(json, node, key)))
                    Add(node, "status is not a JSON object", NodeObjectDamage.Addresses);
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
        if (IsNull(json))
            return;
        if (key == "podCIDR")
            ReadPodRange(json, node);
        else if (key != "podCIDRs")
            json.Skip();
        else if (!json.ReadList(() => node.AddPodRange(json.ReadText() ?? "")))
            Add(node, "podCIDRs is not a list", NodeObjectDamage.PodRanges);
    }

    static void ReadPodRange(JsonStream json, NodeObject node)
    {
        if (json.ReadText() is { } range)
            node.PodRange = range;
        else
            Add(node, "podCIDR is not a string", NodeObjectDamage.PodRanges);
    }

    static void ReadStatus(JsonStream json, NodeObject node, string key)
    {
        if (key == "conditions")
            json.ReadList(() => ReadCondition(json, node));
        else if (key != "addresses")
            json.Skip();
        else if (!IsNull(json) && !json.ReadList(() => ReadAddress(json, node)))
            Add(node, "addresses is not a list", NodeObjectDamage.Addresses);
    }

    static void ReadCondition(JsonStream json, NodeObject node)
    {
        string? type = null, status = null;
        json.ReadObject(key =>
        {
            if (key == "type")
                type = json.ReadText();
            else if (key == "status")
                status = json.ReadText();
            else
                json.Skip();
        });
        if (type == NodeObject.NetworkCondition)
            node.NetworkUnavailable = status ?? "";
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
            node.AddAddress(address ?? "");
    }

    /// <summary>Tells whether the current value is null, which means the same as an absent key.</summary>
    static bool IsNull(JsonStream json) => json.Kind == JsonTokenType.Null;

    static long ParseTime(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeSeconds()
            : NodeObject.NoTime;

    static void Add(NodeObject node, string text, NodeObjectDamage damage) => node.Damages.Add((text, damage));
}

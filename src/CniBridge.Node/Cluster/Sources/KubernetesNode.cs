using System.Text.Json;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>The relevant parts of a Kubernetes Node object (v1). A node that is being deleted counts, because its pods still run.</summary>
static class KubernetesNode
{
    /// <summary>Reads the list item at the current position.</summary>
    /// <param name="kind">The kind of the object, or null.</param>
    internal static NodeEntry Read(JsonStream json, string place, out string? kind)
    {
        var entry = new NodeEntry(place);
        string? found = null;
        var isObject = json.ReadObject(name =>
        {
            switch (name)
            {
                case "kind":
                    found = json.ReadText();
                    break;
                case "metadata":
                    json.ReadObject(key => ReadMetadata(json, entry, key));
                    break;
                case "spec":
                    ReadSpec(json, entry);
                    break;
                case "status":
                    if (!IsNull(json) && !json.ReadObject(key => ReadStatus(json, entry, key)))
                        entry.AddAddressProblem("status is not a JSON object");
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        if (!isObject)
            entry.AddDamage("the entry is not a JSON object");
        kind = found;
        return entry;
    }

    static void ReadMetadata(JsonStream json, NodeEntry entry, string key)
    {
        if (key == "name")
            entry.Name = json.ReadText();
        else if (key == "creationTimestamp")
            entry.CreationTime = json.ReadText() ?? entry.CreationTime;
        else
            json.Skip();
    }

    /// <summary>Reads podCIDRs. If it is missing, uses the older key podCIDR, which some programs write alone.</summary>
    static void ReadSpec(JsonStream json, NodeEntry entry)
    {
        var (single, isSingle) = (default(string), false);
        var isObject = IsNull(json) || json.ReadObject(key =>
        {
            if (IsNull(json))
                return;
            if (key == "podCIDR")
                (single, isSingle) = (json.ReadText(), true);
            else if (key == "podCIDRs")
                ReadRanges(json, entry);
            else
                json.Skip();
        });
        if (!isObject)
            entry.AddRangeProblem("spec is not a JSON object");
        if (isSingle && single is not "" && !entry.HasPodRanges)
            entry.AddPodRange(single);
    }

    static void ReadRanges(JsonStream json, NodeEntry entry)
    {
        if (!json.ReadList(() => entry.AddPodRange(json.ReadText())))
            entry.AddRangeProblem("podCIDRs is not a list");
    }

    /// <summary>Tells whether the current value is null, which means the same as an absent key.</summary>
    static bool IsNull(JsonStream json) => json.Kind == JsonTokenType.Null;

    static void ReadStatus(JsonStream json, NodeEntry entry, string key)
    {
        if (key != "addresses")
            json.Skip();
        else if (!IsNull(json) && !json.ReadList(() => ReadAddress(json, entry)))
            entry.AddAddressProblem("addresses is not a list");
    }

    static void ReadAddress(JsonStream json, NodeEntry entry)
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
            entry.AddAddress(address);
    }
}

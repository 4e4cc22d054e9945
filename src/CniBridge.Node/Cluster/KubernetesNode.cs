using System.Text.Json;

namespace CniBridge.Node.Cluster;

/// <summary>A Node of Kubernetes (v1): what of it says where pods are. A node that is being deleted still has its pods.</summary>
static class KubernetesNode
{
    /// <summary>At an item of the list.</summary>
    /// <param name="kind">Of the object, or null.</param>
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
                        entry.AddAddressProblem("status is no JSON object");
                    break;
                default:
                    json.Skip();
                    break;
            }
        });
        if (!isObject)
            entry.AddDamage("it is no JSON object");
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

    /// <summary>The older key has the first of the newer one's ranges, and some write only that.</summary>
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
            entry.AddRangeProblem("spec is no JSON object");
        if (isSingle && single is not "" && !entry.HasPodRanges)
            entry.AddPodRange(single);
    }

    static void ReadRanges(JsonStream json, NodeEntry entry)
    {
        if (!json.ReadList(() => entry.AddPodRange(json.ReadText())))
            entry.AddRangeProblem("podCIDRs is no list");
    }

    /// <summary>At a value: null means the same as a key that is absent.</summary>
    static bool IsNull(JsonStream json) => json.Kind == JsonTokenType.Null;

    static void ReadStatus(JsonStream json, NodeEntry entry, string key)
    {
        if (key != "addresses")
            json.Skip();
        else if (!IsNull(json) && !json.ReadList(() => ReadAddress(json, entry)))
            entry.AddAddressProblem("addresses is no list");
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

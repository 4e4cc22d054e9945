using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>An entry of a nodes file: { "name": …, "addresses": […], "podRanges": […] }</summary>
static class NodeFileEntry
{
    /// <summary>The key of <see cref="NodeClaim.CreationTime"/>.</summary>
    internal const string CreationTime = "creationTime";

    /// <summary>Reads the list item at the current position.</summary>
    internal static NodeEntry Read(JsonStream json, string place)
    {
        var entry = new NodeEntry(place);
        if (!json.ReadObject(name => ReadProperty(json, entry, name)))
            entry.AddDamage("the entry is not a JSON object");
        else
            entry.RequireAddresses();
        return entry;
    }

    static void ReadProperty(JsonStream json, NodeEntry entry, string name)
    {
        switch (name)
        {
            case "name":
                entry.Name = json.ReadText();
                break;
            case "addresses":
                if (!json.ReadList(() => entry.AddAddress(json.ReadText())))
                    entry.AddAddressProblem("addresses is not a list");
                break;
            case "podRanges":
                entry.HasRangeKey = true;
                if (!json.ReadList(() => entry.AddPodRange(json.ReadText())))
                    entry.AddRangeProblem("podRanges is not a list");
                break;
            // The next two are in the file that the agent keeps. Elsewhere nothing needs them.
            case CreationTime:
                entry.CreationTime = json.ReadText();
                break;
            case UnreadableParts.Key:
                entry.IsKept = true;
                json.ReadList(() => entry.MarkUnreadable(json.ReadText()));
                break;
            default:
                json.Skip();
                entry.AddUnknownKey($"unknown key {NodeNames.Shown(name)}: a node has name, addresses and podRanges");
                break;
        }
    }
}

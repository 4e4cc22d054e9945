namespace CniBridge.Node.Cluster;

/// <summary>An entry of a nodes file: { "name": …, "addresses": […], "podRanges": […] }</summary>
static class NodeFileEntry
{
    /// <summary>Reads the list item at the current position.</summary>
    internal static NodeEntry Read(JsonStream json, string place)
    {
        var entry = new NodeEntry(place);
        if (!json.ReadObject(name => ReadProperty(json, entry, name)))
            entry.AddDamage("the entry is not a JSON object");
        else if (!entry.HasAddresses)
            entry.AddAddressProblem("the node has no addresses, so no route can lead to it");
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
            default:
                json.Skip();
                entry.AddUnknownKey($"unknown key {NodeNames.Shown(name)}: a node has name, addresses and podRanges");
                break;
        }
    }
}

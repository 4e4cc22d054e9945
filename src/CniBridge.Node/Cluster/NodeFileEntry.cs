namespace CniBridge.Node.Cluster;

/// <summary>A node of our own file: { "name": …, "addresses": […], "podRanges": […] }</summary>
static class NodeFileEntry
{
    /// <summary>At an item of the list.</summary>
    internal static NodeEntry Read(JsonStream json, string place)
    {
        var entry = new NodeEntry(place);
        if (!json.ReadObject(name => ReadProperty(json, entry, name)))
            entry.AddDamage("it is no JSON object");
        else if (!entry.HasAddresses)
            entry.AddAddressProblem("it has no addresses, so nothing can be sent to it");
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
                    entry.AddAddressProblem("addresses is no list");
                break;
            case "podRanges":
                entry.HasRangeKey = true;
                if (!json.ReadList(() => entry.AddPodRange(json.ReadText())))
                    entry.AddRangeProblem("podRanges is no list");
                break;
            default:
                json.Skip();
                entry.AddUnknownKey($"there is no key {NodeNames.Shown(name)} in a node: name, addresses and podRanges are");
                break;
        }
    }
}

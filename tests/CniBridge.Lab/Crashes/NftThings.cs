using System.Text.Json.Nodes;

namespace CniBridge.Lab.Crashes;

/// <summary>The objects and elements of a ruleset that nft -j prints, one per line and without the numbers of the kernel.</summary>
static class NftThings
{
    public static IEnumerable<string> Of(JsonNode ruleset)
    {
        var position = 0;
        foreach (var item in ruleset["nftables"]!.AsArray())
        {
            var (kind, value) = item!.AsObject().First();
            if (kind == "metainfo")
                continue;
            var thing = value!.AsObject();
            thing.Remove("handle");
            // A rule at another position of its chain is another rule.
            position = kind == "rule" ? position + 1 : 0;
            var elements = thing["elem"];
            thing.Remove("elem");
            yield return $"nft {kind} {(position > 0 ? position : "")} {thing.ToJsonString()}";
            foreach (var element in elements?.AsArray() ?? [])
                yield return $"nft element of {thing["family"]} {thing["name"]} {element!.ToJsonString()}";
        }
    }
}

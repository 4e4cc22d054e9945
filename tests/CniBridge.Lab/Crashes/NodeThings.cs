using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CniBridge.Lab.Crashes;

/// <summary>
/// Everything in a node that plugins could leave, one line each as ip, nft and find print it: links, addresses, routes, objects and
/// elements of nftables, files, settings. Values that vary between runs have names, such as "ADDRESS of pod".
/// </summary>
sealed class NodeThings
{
    const string TheNode = "node";

    readonly HashSet<string> lines = [];
    readonly Dictionary<string, string> names = [];

    /// <summary>Returns the lines that the other states do not have.</summary>
    public IReadOnlyList<string> Except(params NodeThings[] others) =>
        [.. lines.Where(line => !others.Any(other => other.lines.Contains(line))).Order(StringComparer.Ordinal)];

    public static NodeThings Parse(IEnumerable<string> output)
    {
        var things = new NodeThings();
        var place = TheNode;
        var raw = new List<string>();
        foreach (var line in output)
        {
            if (line.StartsWith("in ", StringComparison.Ordinal))
                place = line[3..];
            else if (line[0] == '[')
                raw.AddRange(JsonNode.Parse(line)!.AsArray().SelectMany(item => things.OfIp(place, item!.AsObject())));
            else if (line[0] == '{')
                raw.AddRange(NftThings.Of(JsonNode.Parse(line)!));
            else
                raw.Add(line);
        }
        things.lines.UnionWith(raw.Select(things.WithNames));
        return things;
    }

    IEnumerable<string> OfIp(string place, JsonObject item)
    {
        if (item["addr_info"] is JsonArray addresses)
            return OfLink(place, item, addresses);
        // The kernel creates its own routes when the link is ready.
        return item.ContainsKey("dst") && $"{item["protocol"]}" != "kernel"
            ? [$"in {place} route {item["dst"]} {item["gateway"]} {item["dev"]} {item["metric"]}"]
            : [];
    }

    IEnumerable<string> OfLink(string place, JsonObject link, JsonArray addresses)
    {
        var name = $"{link["ifname"]}";
        var isUp = link["flags"]!.AsArray().Any(flag => $"{flag}" == "UP");
        yield return $"in {place} link {name} {link["linkinfo"]?["info_kind"]} {(isUp ? "up" : "down")} mtu {link["mtu"]} " +
            $"master {link["master"]} alias {link["ifalias"]}";
        if (place != TheNode && name == "eth0")
            names[$"{link["address"]}"] = $"MAC of {place}";
        foreach (var address in addresses.Where(address => $"{address!["scope"]}" == "global"))
        {
            if (place != TheNode)
                names[$"{address!["local"]}"] = $"ADDRESS of {place}";
            yield return $"in {place} address {name} {address!["local"]}/{address["prefixlen"]}";
        }
    }

    string WithNames(string line)
    {
        foreach (var (text, name) in names)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                line = Regex.Replace(line, $"(?<![0-9a-f:.]){Regex.Escape(text)}(?![0-9a-f:])", name);
        }
        return line;
    }
}

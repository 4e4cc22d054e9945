using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// Makes the states of two nodes comparable: it replaces random values with names, and removes values that may differ everywhere, each with
/// its reason.
/// </summary>
/// <param name="scenarioText">The text of the scenario. MACs in it are requested ones, not random ones.</param>
sealed class Normalisation(string scenarioText)
{
    static readonly HashSet<string> LeftOutOfLinks =
    [
        // The kernel assigns these numbers in the order of creation. The names identify the peers.
        "ifindex", "link_index", "link_netnsid",
        // Our plugin writes the owner of the host veth into it.
        "ifalias",
        // Addresses are compared one by one.
        "addr_info",
        // They contain a random hardware address.
        "bridge_id", "root_id",
        // Clocks.
        "gc_timer", "hello_timer", "forward_delay_timer", "hold_timer", "tcn_timer", "topology_change_timer",
        "message_age_timer",
        // Features of drivers: the kernel reports them, no program sets them, and those of a bridge depend on its former ports.
        "min_mtu", "max_mtu", "gso_max_size", "gso_max_segs", "gro_max_size", "tso_max_size", "tso_max_segs",
    ];

    static readonly HashSet<string> LeftOutOfAddresses =
    [
        "family", "local", "prefixlen",
        // The kernel checks addresses of Go's bridge for duplicates for a second. Ours are usable at once.
        "tentative", "nodad",
    ];

    static readonly HashSet<string> LeftOutOfRoutes = ["dst", "dev", "table"];

    readonly string hardwareAddressesAskedFor = scenarioText.Replace('-', ':').ToLowerInvariant();
    readonly Dictionary<string, string> hostEnds = [];
    readonly Dictionary<(string Namespace, string Name), string> hardwareAddresses = [];

    /// <summary>Names each host veth, whose name is random, after its container interface.</summary>
    public void Learn(IReadOnlyList<Namespace> namespaces)
    {
        var hostLinks = namespaces[0].Links.EnumerateArray().ToList();
        foreach (var part in namespaces)
        {
            foreach (var link in part.Links.EnumerateArray())
            {
                var name = Text(link, "ifname");
                hardwareAddresses[(part.Name, name)] = Text(link, "address");
                var hostEnd = part == namespaces[0] ? default : hostLinks.Find(candidate => IsPeer(candidate, link));
                if (hostEnd.ValueKind == JsonValueKind.Object)
                {
                    hostEnds[Text(hostEnd, "ifname")] = $"veth({part.Name["pod ".Length..]} {name})";
                }
            }
        }
    }

    public void AddNamespace(SortedDictionary<string, string> state, Namespace shown)
    {
        foreach (var link in shown.Links.EnumerateArray())
        {
            AddLink(state, shown.Name, link);
        }

        foreach (var route in shown.Routes.EnumerateArray().Where(route => !IsMadeByKernelSometime(route)))
        {
            var path = $"{shown.Name}/{NameOf(Text(route, "dev"))}/route/{Text(route, "table")}/{Text(route, "dst")}";
            var value = Describe(route, LeftOutOfRoutes);
            state[path] = state.TryGetValue(path, out var other) ? $"{other} and {value}" : value;
        }

        foreach (var sysctl in shown.Sysctls)
        {
            var words = sysctl.Split(':');
            var parts = words[0].Split('/');
            var path = parts.Length == 4 ? $"{NameOf(parts[2])}/sysctl/{parts[0]} {parts[3]}" : $"sysctl/{words[0]}";
            state[$"{shown.Name}/{path}"] = words[1];
        }
    }

    /// <summary>Adds the result. For an error it adds only its existence, because the codes of Go differ from the specification.</summary>
    public void AddAnswer(SortedDictionary<string, string> state, CommandResult answer)
    {
        if (answer.Stdout.Length == 0)
        {
            return;
        }

        JsonNode result;
        try
        {
            result = JsonNode.Parse(answer.Stdout)!;
        }
        catch (JsonException)
        {
            state["result"] = "no JSON";
            return;
        }

        if (answer.ExitCode != 0 && result["code"] is not null && result["msg"] is not null)
        {
            state["result"] = "error";
            return;
        }

        foreach (var item in result["interfaces"]?.AsArray() ?? [])
        {
            NameInterface(item!.AsObject());
        }

        Flatten(state, "result", result);
    }

    static void Flatten(SortedDictionary<string, string> state, string path, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } item:
                foreach (var (key, value) in item)
                {
                    Flatten(state, $"{path}/{key}", value);
                }

                break;
            case JsonArray { Count: > 0 } list:
                for (var index = 0; index < list.Count; index++)
                {
                    Flatten(state, $"{path}/{index}", list[index]);
                }

                break;
            default:
                state[path] = node is null ? "null" : node.ToJsonString().Trim('"');
                break;
        }
    }

    void NameInterface(JsonObject item)
    {
        var name = item["name"]!.GetValue<string>();
        var place = item["sandbox"] is { } sandbox ? $"pod {Path.GetFileName(sandbox.GetValue<string>())}" : "node";
        if (item["mac"]?.GetValue<string>() is { } mac && !IsAskedFor(mac)
            && hardwareAddresses.TryGetValue((place, name), out var actual) && actual == mac)
        {
            item["mac"] = "its own";
        }

        item["name"] = NameOf(name);
    }

    void AddLink(SortedDictionary<string, string> state, string place, JsonElement link)
    {
        var path = $"{place}/{NameOf(Text(link, "ifname"))}";
        foreach (var property in link.EnumerateObject().Where(property => !LeftOutOfLinks.Contains(property.Name)))
        {
            AddLinkProperty(state, $"{path}/link/{property.Name}", property);
        }

        foreach (var address in link.GetProperty("addr_info").EnumerateArray().Where(address => !IsLinkLocal(address)))
        {
            state[$"{path}/address/{Text(address, "local")}/{address.GetProperty("prefixlen")}"] =
                Describe(address, LeftOutOfAddresses);
        }
    }

    void AddLinkProperty(SortedDictionary<string, string> state, string path, JsonProperty property)
    {
        if (property.Value.ValueKind == JsonValueKind.Object)
        {
            var inner = property.Value.EnumerateObject().Where(property => !LeftOutOfLinks.Contains(property.Name));
            foreach (var nested in inner)
            {
                AddLinkProperty(state, $"{path}/{nested.Name}", nested);
            }
        }
        else
        {
            state[path] = property.Name switch
            {
                "ifname" => NameOf(property.Value.GetString()!),
                "address" when !IsAskedFor(property.Value.GetString()!) => "random",
                _ => property.Value.ToString(),
            };
        }
    }

    /// <summary>
    /// Returns true for a MAC that the scenario requests. All zeros is no MAC: a bridge without ports or a loopback interface has it.
    /// </summary>
    bool IsAskedFor(string mac) =>
        mac == "00:00:00:00:00:00" || hardwareAddressesAskedFor.Contains(mac, StringComparison.Ordinal);

    string NameOf(string link) => hostEnds.GetValueOrDefault(link, link);

    static string Describe(JsonElement item, HashSet<string> leftOut) => string.Join(' ', item.EnumerateObject()
        .Where(property => !leftOut.Contains(property.Name))
        .Select(property => $"{property.Name}={property.Value}"));

    static bool IsPeer(JsonElement one, JsonElement other) =>
        IsVeth(one) && IsVeth(other)
        && Number(one, "link_index") == Number(other, "ifindex")
        && Number(other, "link_index") == Number(one, "ifindex");

    static bool IsVeth(JsonElement link) =>
        link.TryGetProperty("linkinfo", out var info) && info.TryGetProperty("info_kind", out var kind)
        && kind.GetString() == "veth";

    // The kernel creates them with their routes from the random MAC when the link gets its carrier.
    static bool IsLinkLocal(JsonElement address) =>
        Text(address, "scope") == "link" && Text(address, "family") == "inet6";

    // Entries of the local table follow from the addresses. Those of IPv6 appear after duplicate address detection.
    static bool IsMadeByKernelSometime(JsonElement route) =>
        Text(route, "dst") == "fe80::/64" || (Text(route, "table") == "local" && PodNetwork.IsIpv6(Text(route, "dst")));

    static int Number(JsonElement item, string property) =>
        item.TryGetProperty(property, out var value) ? value.GetInt32() : 0;

    static string Text(JsonElement item, string property) =>
        item.TryGetProperty(property, out var value) ? value.GetString()! : "-";
}

using System.Text.Json.Nodes;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>A configuration with one value of interest and everything that is needed to read that value.</summary>
static class Sample
{
    const string Layer2 = """{"cniVersion":"1.1.0","name":"pods","type":"bridge"}""";

    const string Ipam = """{"type":"host-local","subnet":"10.244.1.0/24","ranges":[[{"subnet":"10.1.2.0/24"}]]}""";

    /// <summary>The ipam section for tests of ranges, because sets must not overlap.</summary>
    const string OtherIpam = """{"type":"host-local","subnet":"10.1.1.0/24"}""";

    /// <summary>The members that an object on the way to the value needs.</summary>
    static readonly Dictionary<string, string> s_needs = new()
    {
        ["ipam.ranges[0][0]"] = """{"subnet":"10.244.1.0/24"}""",
        ["ipam.routes[0]"] = """{"dst":"10.9.0.0/16"}""",
        ["runtimeConfig.ipRanges[0][0]"] = """{"subnet":"10.244.1.0/24"}""",
        ["vlanTrunk[0]"] = """{"minID":1,"maxID":4094}""",
    };

    static readonly string[] s_rangeKeys = ["ipam.ranges", "runtimeConfig.ipRanges"];

    /// <summary>The keys that are read only with an IPAM type.</summary>
    static readonly string[] s_addressKeys = ["ipam.", "args.cni.ips", "runtimeConfig.ips", "capabilities"];

    internal static JsonObject With(string path, JsonNode? value)
    {
        var sample = Parse(Layer2);
        if (IsOneOf(s_rangeKeys, path))
            sample["ipam"] = Parse(OtherIpam);
        else if (IsOneOf(s_addressKeys, path))
            sample["ipam"] = Parse(Ipam);
        Put(sample, "", path, value?.DeepClone());
        return sample;
    }

    /// <summary>Returns the plain configuration with the keys of an object.</summary>
    internal static JsonObject With(string keys)
    {
        var sample = Parse(Layer2);
        foreach (var (key, value) in Parse(keys))
            sample[key] = value?.DeepClone();
        return sample;
    }

    static bool IsOneOf(string[] keys, string path) => keys.Any(key => path.StartsWith(key, StringComparison.Ordinal));

    static void Put(JsonNode into, string done, string rest, JsonNode? value)
    {
        var end = rest.IndexOfAny(['.', '['], 1);
        var step = end < 0 ? rest : rest[..end];
        var path = done + step;
        if (end < 0)
            Set(into, step, value);
        else
            Put(Get(into, step) ?? Set(into, step, Make(path, rest[end])), path, rest[end..], value);
    }

    static JsonNode? Get(JsonNode from, string step) => from switch
    {
        JsonArray list => list.Count > 0 ? list[0] : null,
        _ => from[step.TrimStart('.')],
    };

    static JsonNode Set(JsonNode into, string step, JsonNode? value)
    {
        if (into is not JsonArray list)
            into[step.TrimStart('.')] = value;
        else if (list.Count > 0)
            list[0] = value;
        else
            list.Add(value);
        return value!;
    }

    static JsonNode Make(string path, char next) =>
        next == '[' ? new JsonArray() : Parse(s_needs.GetValueOrDefault(path, "{}"));

    static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();
}

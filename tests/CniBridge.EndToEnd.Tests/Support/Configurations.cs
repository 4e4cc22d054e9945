using System.Text.Json.Nodes;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>Configurations of the bridge plugin, derived from the plain one.</summary>
static class Configurations
{
    /// <summary>The dual-stack network with the node as default gateway.</summary>
    public const string Plain = """
        {
          "cniVersion": "1.0.0", "name": "podnet", "type": "bridge", "bridge": "cni0",
          "isGateway": true, "isDefaultGateway": true,
          "ipam": {"type": "host-local", "ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}
        }
        """;

    /// <summary>Returns the plain configuration with keys of an object replaced.</summary>
    public static string With(string keys) => Merge(Plain, keys);

    /// <summary>Returns the plain configuration with keys of two objects replaced in turn.</summary>
    public static string With(string keys, string otherKeys) => Merge(With(keys), otherKeys);

    /// <summary>Returns the plain configuration with another host-local section and other keys.</summary>
    public static string WithIpam(string keys, string otherKeys = "{}")
    {
        var ipam = JsonNode.Parse(keys)!.AsObject();
        ipam["type"] = "host-local";
        return Merge(With(new JsonObject { ["ipam"] = ipam }.ToJsonString()), otherKeys);
    }

    static string Merge(string configuration, string keys)
    {
        var merged = JsonNode.Parse(configuration)!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(keys)!.AsObject())
        {
            merged[key] = value?.DeepClone();
        }

        return merged.ToJsonString();
    }
}

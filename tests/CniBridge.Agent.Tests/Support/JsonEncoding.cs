using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CniBridge.Agent.Tests.Support;

/// <summary>Encodes objects in JSON as the API server does.</summary>
static class JsonEncoding
{
    internal static byte[] List(string version, IEnumerable<FakeNode> nodes) => Bytes(new JsonObject
    {
        ["kind"] = "NodeList",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject { ["resourceVersion"] = version },
        ["items"] = new JsonArray([.. nodes.Select(Node)]),
    });

    internal static byte[] Event(string type, JsonObject content) =>
        [.. Bytes(new JsonObject { ["type"] = type, ["object"] = content }), (byte)'\n'];

    internal static JsonObject Status(int code, string message) =>
        new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["message"] = message, ["code"] = code };

    internal static JsonObject Node(FakeNode node) => new()
    {
        ["kind"] = "Node",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = node.Name,
            ["resourceVersion"] = node.ResourceVersion,
            ["creationTimestamp"] = DateTimeOffset.FromUnixTimeSeconds(node.CreationTime)
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["annotations"] = new JsonObject { ["ballast"] = node.Ballast },
        },
        ["spec"] = new JsonObject
        {
            ["podCIDR"] = node.PodRanges.FirstOrDefault(),
            ["podCIDRs"] = new JsonArray([.. node.PodRanges.Select(range => JsonValue.Create(range))]),
        },
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray([.. Conditions(node)]),
            ["addresses"] = new JsonArray(Address("Hostname", node.Name), Address("InternalIP", node.Address)),
        },
    };

    static IEnumerable<JsonNode> Conditions(FakeNode node)
    {
        if (node.NetworkUnavailable.Length > 0)
            yield return Condition("NetworkUnavailable", node.NetworkUnavailable);
        yield return Condition("Ready", "True");
    }

    static JsonObject Condition(string type, string status) =>
        new() { ["type"] = type, ["status"] = status, ["reason"] = "Test" };

    static JsonObject Address(string type, string value) => new() { ["type"] = type, ["address"] = value };

    static byte[] Bytes(JsonObject value) =>
        Encoding.UTF8.GetBytes(value.ToJsonString(new JsonSerializerOptions { WriteIndented = false }));
}

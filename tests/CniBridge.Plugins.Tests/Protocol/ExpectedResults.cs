using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace CniBridge.Plugins.Tests.Protocol;

/// <summary>
/// Complete results of each version from the files beside this one. dualStack has four addresses, routes and DNS. fromMiddle and fromOldest
/// are dualStack after a conversion to 0.3.0-0.4.0, or to 0.1.0-0.2.0. plain has one address. layer2 has no address, which the oldest
/// versions cannot express.
/// </summary>
static class ExpectedResults
{
    internal static JsonNode? Get(string version, string result)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(version + ".json")
            ?? throw new FileNotFoundException($"there is no file for {version}");
        var file = JsonNode.Parse(stream)!.AsObject();
        return file.ContainsKey(result) ? file[result] : throw new ArgumentException($"there is no {result} in {version}.json");
    }

    internal static byte[] Bytes(string version, string result) => Encoding.UTF8.GetBytes(Get(version, result)!.ToJsonString());

    /// <summary>Asserts that two documents are equal in any order of keys.</summary>
    internal static void AssertEqual(JsonNode? expected, byte[] actual)
    {
        if (!JsonNode.DeepEquals(expected, JsonNode.Parse(actual)))
            Assert.Fail($"expected:\n{expected}\nactual:\n{Encoding.UTF8.GetString(actual)}");
    }
}

using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;

namespace CniBridge.Plugins.Tests.Protocol;

/// <summary>
/// Whole results as a version wants them, from the files beside this one. dualStack: four addresses, routes and DNS;
/// fromMiddle and fromOldest: what is left of it after it went through 0.3.0 to 0.4.0, or through 0.1.0 or 0.2.0; plain: an
/// address and nothing else; layer2: no address, which the oldest versions cannot say.
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

    /// <summary>The order of keys is no matter.</summary>
    internal static void AssertEqual(JsonNode? expected, byte[] actual)
    {
        if (!JsonNode.DeepEquals(expected, JsonNode.Parse(actual)))
            Assert.Fail($"expected:\n{expected}\nactual:\n{Encoding.UTF8.GetString(actual)}");
    }
}

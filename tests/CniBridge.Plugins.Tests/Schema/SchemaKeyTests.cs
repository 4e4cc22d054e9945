using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.Bridge;
using CniBridge.Plugins.Tests.Delegation;
using CniBridge.Plugins.Tests.HostLocal;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>Tests that the schema describes exactly the keys that the plugins read.</summary>
[Collection(Scripts.Collection)]
public sealed class SchemaKeyTests(SchemaJudge judge) : IClassFixture<SchemaJudge>
{
    public static TheoryData<string> Keys => [.. SchemaFile.PluginKeys.Keys];

    [Fact]
    public void Every_key_that_the_plugins_read_is_in_the_schema_and_no_other() =>
        Assert.Equal(ParserSource.Keys, SchemaFile.PluginKeys.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_record_that_reads_keys_is_known() => Assert.Empty(ParserSource.UnknownRecords);

    [Fact]
    public void DEL_reads_no_key_of_its_own() => Assert.Subset(ParserSource.Keys.ToHashSet(), ParserSource.DeleteKeys.ToHashSet());

    // The test asks the parser, not its source: a key that is never read may have any value.
    [Theory]
    [MemberData(nameof(Keys))]
    public void The_plugins_refuse_a_value_of_another_type_and_name_the_key(string path)
    {
        JsonNode wrong = SchemaFile.Takes(SchemaFile.PluginKeys[path], "object") ? 5 : new JsonObject();
        var refusal = PluginJudge.Refusal(Sample.With(path, wrong));
        Assert.NotNull(refusal);
        Assert.Contains($" {path}", refusal.Message, StringComparison.Ordinal);
    }

    // The items of a list of texts are described with the list.
    [Fact]
    public void Every_key_is_described() => Assert.All(
        SchemaFile.AllKeys.Where(key => !key.Key.EndsWith(']') || SchemaFile.Takes(key.Value, "object")),
        key => Assert.Matches(@"^[A-Z].{10,120}\.$", key.Value["description"]?.GetValue<string>()));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_has_examples_and_they_work(string path)
    {
        var examples = SchemaFile.PluginKeys[path]["examples"]!.AsArray();
        Assert.NotEmpty(examples);
        foreach (var example in examples)
        {
            var sample = Sample.With(path, example);
            Assert.Empty(judge.Errors(sample));
            Assert.Null(PluginJudge.Refusal(sample));
        }
    }

    public static TheoryData<string> KeysWithDefault => [.. SchemaFile.PluginKeys.Where(key => key.Value["default"] is not null)
        .Select(key => key.Key)];

    [Theory]
    [MemberData(nameof(KeysWithDefault))]
    public void A_default_is_what_the_plugins_do_without_the_key(string path)
    {
        var written = Sample.With(path, SchemaFile.PluginKeys[path]["default"]);
        var absent = Sample.With(path, null);
        Assert.Empty(judge.Errors(written));
        Assert.Equal(Version(absent), Version(written));
        Assert.Equal(Bridge(absent), Bridge(written));
        if (written["ipam"] is null)
            return;
        Assert.Equal(RangesComeLater(absent), RangesComeLater(written));
        Assert.Equal(HostLocal(absent).Place, HostLocal(written).Place);
        Assert.Equal(HostLocal(absent).Routes, HostLocal(written).Routes);
    }

    static string Version(JsonObject sample) => sample["cniVersion"]?.GetValue<string>() ?? CniVersion.Oldest;

    static BridgeConfig Bridge(JsonObject sample) => BridgeConfigTests.Parse(sample.ToJsonString());

    static bool RangesComeLater(JsonObject sample) => CniJson.Decode(
        Encoding.UTF8.GetBytes(sample.ToJsonString()), StatusJson.Read, "network config").Capabilities?.IpRanges == true;

    static HostLocalConfig HostLocal(JsonObject sample) => HostLocalConfigTests.Parse(sample.ToJsonString());
}

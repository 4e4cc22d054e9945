using System.Text.Json.Nodes;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.Delegation;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>Tests that the schema and the plugins agree about each value. The table explains each exception.</summary>
[Collection(Scripts.Collection)]
public sealed class SchemaValueTests(SchemaJudge judge) : IClassFixture<SchemaJudge>
{
    [Fact]
    public void Every_key_has_values_of_both_kinds()
    {
        Assert.Equal(SchemaFile.PluginKeys.Keys.Order(), KeyValues.All.Select(row => row.Path).Order());
        Assert.All(KeyValues.All, row =>
        {
            Assert.NotEmpty(KeyValues.Read(row.Good));
            Assert.NotEmpty(KeyValues.Read(row.Bad));
        });
    }

    public static TheoryData<string, string> GoodValues => Rows(row => row.Good);
    public static TheoryData<string, string> BadValues => Rows(row => row.Bad);

    static TheoryData<string, string> Rows(Func<KeyValues, string> column) =>
        [.. KeyValues.All.SelectMany(row => KeyValues.Read(column(row)).Select(value => (row.Path, value?.ToJsonString() ?? "null")))];

    [Theory]
    [MemberData(nameof(GoodValues))]
    public void Configurations_that_the_schema_accepts_are_accepted_by_the_plugins(string path, string value)
    {
        var sample = Sample.With(path, JsonNode.Parse(value));
        Assert.Empty(judge.Errors(sample));
        Assert.Null(PluginJudge.Refusal(sample));
    }

    [Theory]
    [MemberData(nameof(BadValues))]
    public void Configurations_that_the_schema_refuses_are_refused_by_the_plugins(string path, string value)
    {
        var sample = Sample.With(path, JsonNode.Parse(value));
        Assert.NotEmpty(judge.Errors(sample));
        Assert.Contains(PluginJudge.Refusal(sample)?.Code, WrongCodes);
    }

    public static TheoryData<string, string> PluginsRefuse => [.. KeyValues.OnlyPluginsRefuse];

    [Theory]
    [MemberData(nameof(PluginsRefuse))]
    public void The_plugins_refuse_what_the_schema_cannot_express(string keys, string why)
    {
        Assert.NotEmpty(why);
        var sample = Sample.With(keys);
        Assert.Empty(judge.Errors(sample));
        Assert.Contains(PluginJudge.Refusal(sample)?.Code, WrongCodes);
    }

    public static TheoryData<string, string> SchemaRefuses => [.. KeyValues.OnlyTheSchemaRefuses];

    [Theory]
    [MemberData(nameof(SchemaRefuses))]
    public void The_schema_refuses_keys_that_the_plugins_ignore(string keys, string why)
    {
        Assert.NotEmpty(why);
        var sample = Sample.With(keys);
        Assert.NotEmpty(judge.Errors(sample));
        Assert.Null(PluginJudge.Refusal(sample));
    }

    public static TheoryData<string, bool> Together => [.. KeyValues.Together];

    [Theory]
    [MemberData(nameof(Together))]
    public void Schema_and_plugin_judge_combined_keys_alike(string keys, bool isGood)
    {
        var sample = Sample.With(keys);
        Assert.Equal(isGood, judge.Errors(sample).Count == 0);
        Assert.Equal(isGood, PluginJudge.Refusal(sample) is null);
    }

    static readonly int?[] WrongCodes =
        [CniErrorCode.IncompatibleVersion, CniErrorCode.DecodingFailure, CniErrorCode.InvalidConfig];
}

using System.Text.Json.Nodes;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>Value by value, the schema and the plugins say the same; where they do not, the table says why.</summary>
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
    public static TheoryData<string, string> LaterValues => Rows(row => row.Later);

    static TheoryData<string, string> Rows(Func<KeyValues, string> column) =>
        [.. KeyValues.All.SelectMany(row => KeyValues.Read(column(row)).Select(value => (row.Path, value?.ToJsonString() ?? "null")))];

    [Theory]
    [MemberData(nameof(GoodValues))]
    public void What_the_schema_takes_the_plugins_take(string path, string value)
    {
        var sample = Sample.With(path, JsonNode.Parse(value));
        Assert.Empty(judge.Errors(sample));
        Assert.Null(PluginJudge.Refusal(sample));
    }

    [Theory]
    [MemberData(nameof(BadValues))]
    public void What_the_schema_refuses_the_plugins_refuse(string path, string value)
    {
        var sample = Sample.With(path, JsonNode.Parse(value));
        Assert.NotEmpty(judge.Errors(sample));
        Assert.Contains(PluginJudge.Refusal(sample)?.Code, WrongCodes);
    }

    // A row that fails here has been done: its value belongs to the good ones.
    [Theory]
    [MemberData(nameof(LaterValues))]
    public void What_is_not_done_yet_is_right_and_refused_as_unsupported(string path, string value)
    {
        var sample = Sample.With(path, JsonNode.Parse(value));
        Assert.Empty(judge.Errors(sample));
        Assert.Equal(CniErrorCode.UnsupportedField, PluginJudge.Refusal(sample)?.Code);
    }

    public static TheoryData<string, string> PluginsRefuse => [.. KeyValues.OnlyPluginsRefuse];

    [Theory]
    [MemberData(nameof(PluginsRefuse))]
    public void What_a_schema_cannot_say_the_plugins_say(string keys, string why)
    {
        Assert.NotEmpty(why);
        var sample = Sample.With(keys);
        Assert.Empty(judge.Errors(sample));
        Assert.Contains(PluginJudge.Refusal(sample)?.Code, WrongCodes);
    }

    public static TheoryData<string, string> SchemaRefuses => [.. KeyValues.OnlyTheSchemaRefuses];

    [Theory]
    [MemberData(nameof(SchemaRefuses))]
    public void What_the_plugins_pass_over_the_schema_may_refuse(string keys, string why)
    {
        Assert.NotEmpty(why);
        var sample = Sample.With(keys);
        Assert.NotEmpty(judge.Errors(sample));
        Assert.Null(PluginJudge.Refusal(sample));
    }

    public static TheoryData<string, bool> Together => [.. KeyValues.Together];

    [Theory]
    [MemberData(nameof(Together))]
    public void Keys_are_judged_together(string keys, bool isGood)
    {
        var sample = Sample.With(keys);
        Assert.Equal(isGood, judge.Errors(sample).Count == 0);
        Assert.Equal(isGood, PluginJudge.Refusal(sample) is null);
    }

    static readonly int?[] WrongCodes =
        [CniErrorCode.IncompatibleVersion, CniErrorCode.DecodingFailure, CniErrorCode.InvalidConfig];
}

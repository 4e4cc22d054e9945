using System.Text.Json.Nodes;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Schema;

/// <summary>Tests that the schema and portmap agree about each key and value.</summary>
public sealed class SchemaPortMapTests(SchemaJudge judge) : IClassFixture<SchemaJudge>
{
    const string NoNumber = """ "5", true, [], {}, 0.5, 99999999999""";
    const string NoText = "5, true, [], {}";

    /// <summary>The rows: key, valid values, invalid values.</summary>
    public static TheoryData<string, string, string> Values => new()
    {
        { "snat", "[true, false, null]", "[\"true\", 1, [], {}]" },
        { "masqAll", "[true, false, null]", "[\"true\", 1, [], {}]" },
        { "backend", "[\"iptables\", \"nftables\", null]", $"[\"\", \"ufw\", {NoText}]" },
        { "markMasqBit", "[0, 13, 31, null]", $"[-1, 32, {NoNumber}]" },
        { "externalSetMarkChain", "[\"\", null]", $"[\"KUBE-MARK-MASQ\", {NoText}]" },
        { "conditionsV4", "[[], null]", "[[\"-s\"], [\"\"], [null], [5], \"-s\", {}]" },
        { "conditionsV6", "[[], null]", "[[\"!\"], [\"\"], [null], [5], \"-s\", {}]" },
        { "runtimeConfig", "[{}, {\"mac\":5}, null]", "[5, \"x\", []]" },
        { "runtimeConfig.portMappings", "[[], null]", "[[null], [5], [{}], 5, \"x\", {}]" },
        { "runtimeConfig.portMappings[0]", "[{\"hostPort\":1,\"containerPort\":2}]",
            "[{\"hostPort\":1}, {\"containerPort\":2}, {}, null, 5, []]" },
        { "runtimeConfig.portMappings[0].hostPort", "[1, 65535]", $"[0, -1, 65536, null, {NoNumber}]" },
        { "runtimeConfig.portMappings[0].containerPort", "[1, 65535]", $"[0, -1, 65536, null, {NoNumber}]" },
        { "runtimeConfig.portMappings[0].protocol", "[\"tcp\", \"UDP\", \"Sctp\", \"\", null]",
            $"[\"icmp\", \"tcp,udp\", \" \", {NoText}]" },
        { "runtimeConfig.portMappings[0].hostIP", "[\"192.0.2.1\", \"::\", \"fd00::1\", \"\", null]",
            $"[\"localhost\", \"192.0.2.1/24\", \" \", {NoText}]" },
    };

    [Fact]
    public void The_keys_are_those_that_the_plugin_reads()
    {
        // The items of a refused list of words need no description.
        var read = ParserSource.PortMapKeys.Where(key => !key.StartsWith("conditions", StringComparison.Ordinal) || !key.EndsWith(']'));
        Assert.Equal(read, SchemaFile.PortMapKeys.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(read, Values.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
        Assert.Subset(read.ToHashSet(), ParserSource.PortMapDeleteKeys.ToHashSet());
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void Schema_and_plugin_accept_and_refuse_the_same_values(string path, string good, string bad)
    {
        foreach (var value in KeyValues.Read(good))
        {
            Assert.Empty(judge.Errors(With(path, value)));
            Assert.Null(Refusal(With(path, value)));
        }
        foreach (var value in KeyValues.Read(bad))
        {
            Assert.NotEmpty(judge.Errors(With(path, value)));
            Assert.NotNull(Refusal(With(path, value)));
        }
    }

    [Fact]
    public void Every_key_is_described_and_has_examples_that_work() => Assert.All(SchemaFile.PortMapKeys, key =>
    {
        Assert.Matches(@"^[A-Z].{10,120}\.$", key.Value["description"]?.GetValue<string>());
        Assert.All(key.Value["examples"]!.AsArray(), example =>
        {
            Assert.Empty(judge.Errors(With(key.Key, example)));
            Assert.Null(Refusal(With(key.Key, example)));
        });
    });

    [Theory]
    [InlineData("snat")]
    [InlineData("masqAll")]
    [InlineData("runtimeConfig.portMappings[0].protocol")]
    public void A_default_is_what_the_plugin_does_without_the_key(string path)
    {
        var (written, absent) = (Parse(With(path, SchemaFile.PortMapKeys[path]["default"])), Parse(With(path, null)));
        Assert.Equal((absent.Masquerades, absent.MasqueradesAll), (written.Masquerades, written.MasqueradesAll));
        Assert.Equal(absent.Mappings, written.Mappings);
    }

    static PortMapConfig Parse(JsonObject sample) => PortMapConfig.Parse(Requests.Make(sample.ToJsonString()));

    internal static CniException? Refusal(JsonObject sample)
    {
        try
        {
            Parse(sample);
            return null;
        }
        catch (CniException e)
        {
            return e;
        }
    }

    internal static JsonObject With(string path, JsonNode? value)
    {
        var sample = JsonNode.Parse("""
            {"cniVersion":"1.1.0","name":"pods","type":"portmap","runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80}]}}
            """)!.AsObject();
        JsonNode place = sample;
        var steps = path.Replace("[0]", ".0", StringComparison.Ordinal).Split('.');
        foreach (var step in steps[..^1])
            place = (place is JsonArray list ? list[0] : place[step])!;
        if (place is JsonArray last)
            last[0] = value?.DeepClone();
        else
            place[steps[^1]] = value?.DeepClone();
        return sample;
    }
}

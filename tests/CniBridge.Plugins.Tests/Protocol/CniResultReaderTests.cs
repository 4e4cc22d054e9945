using System.Text;
using System.Text.Json.Nodes;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

public sealed class CniResultReaderTests
{
    public static TheoryData<string, string> Pairs
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var from in CniVersion.Supported)
            {
                foreach (var to in CniVersion.Supported)
                    rows.Add(from, to);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_result_is_converted_between_all_pairs_of_versions(string from, string to)
    {
        var left = !CniVersion.HasInterfaces(from) ? "fromOldest" : CniVersion.IsAtLeast(from, "1.0.0") ? "dualStack" : "fromMiddle";
        ExpectedResults.AssertEqual(ExpectedResults.Get(to, left),
            CniResultReader.Convert(ExpectedResults.Bytes(from, "dualStack"), to));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_result_without_addresses_converts_to_all_but_the_oldest_versions(string from, string to)
    {
        if (ExpectedResults.Get(from, "layer2") is null)
            return;
        var bytes = ExpectedResults.Bytes(from, "layer2");
        if (ExpectedResults.Get(to, "layer2") is { } expected)
            ExpectedResults.AssertEqual(expected, CniResultReader.Convert(bytes, to));
        else
            AssertRefused(() => CniResultReader.Convert(bytes, to), CniErrorCode.InvalidConfig, "cannot convert: no valid IP addresses");
    }

    [Fact]
    public void A_result_without_a_version_is_used_unchanged()
    {
        var result = """{"ips":[{"address":"10.1.2.5/24"}],"future":{"key":1}}"""u8.ToArray();
        ExpectedResults.AssertEqual(ExpectedResults.Get("1.1.0", "plain"), CniResultReader.Convert(result, "1.1.0"));
        result = """{"cniVersion":"","ip4":{"ip":"10.1.2.5/24"}}"""u8.ToArray();
        ExpectedResults.AssertEqual(ExpectedResults.Get("0.4.0", "plain"), CniResultReader.Convert(result, "0.4.0"));
    }

    [Theory]
    [InlineData("""{"cniVersion":"2.0.0"}""", CniErrorCode.DecodingFailure, "unsupported CNI result version \"2.0.0\"")]
    [InlineData("""{"cniVersion":"1.0"}""", CniErrorCode.DecodingFailure, "unsupported CNI result version \"1.0\"")]
    [InlineData("""{"cniVersion":1}""", CniErrorCode.DecodingFailure, "cniVersion")]
    [InlineData("""{"interfaces":{}}""", CniErrorCode.DecodingFailure, "interfaces")]
    [InlineData("""{"interfaces":[{"name":5}]}""", CniErrorCode.DecodingFailure, "interfaces[0].name")]
    [InlineData("""{"interfaces":[null]}""", CniErrorCode.InvalidConfig, "interfaces[0]")]
    [InlineData("""{"ips":[{}]}""", CniErrorCode.InvalidConfig, "ips[0].address")]
    [InlineData("""{"ips":[{"address":"10.1.2.5"}]}""", CniErrorCode.InvalidConfig, "invalid CIDR address: 10.1.2.5")]
    [InlineData("""{"ips":[{"address":"10.1.2.5/24","gateway":"x"}]}""", CniErrorCode.InvalidConfig, "ips[0].gateway")]
    [InlineData("""{"ips":[{"address":"10.1.2.5/24","interface":"0"}]}""", CniErrorCode.DecodingFailure, "ips[0].interface")]
    [InlineData("""{"routes":[{"gw":"10.1.2.1"}]}""", CniErrorCode.InvalidConfig, "routes[0].dst")]
    [InlineData("""{"ip4":{"gateway":"10.1.2.1"}}""", CniErrorCode.InvalidConfig, "ip4.ip")]
    [InlineData("""{"ip4":{"ip":"10.1.2.5/24","routes":[{}]}}""", CniErrorCode.InvalidConfig, "ip4.routes[0].dst")]
    [InlineData("""{"ip6":{"ip":"fd00::5/64","gateway":"y"}}""", CniErrorCode.InvalidConfig, "ip6.gateway")]
    [InlineData("""{"ip4":[]}""", CniErrorCode.DecodingFailure, "ip4")]
    [InlineData("""{"dns":[]}""", CniErrorCode.DecodingFailure, "dns")]
    [InlineData("""[]""", CniErrorCode.DecodingFailure, "")]
    [InlineData("""{"ips":""", CniErrorCode.DecodingFailure, "")]
    public void A_damaged_result_is_refused_with_the_position_of_the_damage(string result, int code, string words) =>
        AssertRefused(() => CniResultReader.Convert(Encoding.UTF8.GetBytes(result), "1.1.0"), code, words);

    [Theory]
    [InlineData("null")]
    [InlineData(" null\n")]
    [InlineData("{}")]
    public void An_empty_result_of_another_plugin_is_accepted_in_many_forms(string result)
    {
        foreach (var version in CniVersion.Supported)
            AssertEmpty(CniResultReader.ReadOther(Encoding.UTF8.GetBytes(result), "the plugin x", version));
    }

    static void AssertEmpty(CniResult result) =>
        Assert.Equal((0, 0, 0, true), (result.Interfaces.Count, result.Ips.Count, result.Routes.Count, result.Dns.IsEmpty));

    const string NewShape = """
        "interfaces":[{"name":"x"}],"ips":[{"address":"10.1.2.5/24"}],"routes":[{"dst":"0.0.0.0/0"}]
        """;

    const string OldShape = """
        "ip4":{"ip":"10.9.9.5/24","routes":[{"dst":"10.0.0.0/8"}]},"ip6":{"ip":"fd00::5/64"}
        """;

    // libcni reads a result with the type of its version in the same way.
    [Theory]
    [MemberData(nameof(Versions))]
    public void A_result_of_another_plugin_has_its_stated_version_or_the_requested_one(string version)
    {
        var other = CniVersion.HasInterfaces(version) ? "0.2.0" : "1.1.0";
        foreach (var (stated, asked) in ((string, string)[])[(version, other), ("", version)])
        {
            var (right, wrong) = CniVersion.HasInterfaces(version) ? (NewShape, OldShape) : (OldShape, NewShape);
            var expected = CniResultReader.Convert(Encoding.UTF8.GetBytes($$"""{{{right}}}"""), "1.1.0");
            Assert.Equal(Encoding.UTF8.GetString(expected), Read($$"""{"cniVersion":"{{stated}}",{{right}}}""", asked));
            Assert.Equal(Encoding.UTF8.GetString(expected), Read($$"""{"cniVersion":"{{stated}}",{{right}},{{wrong}}}""", asked));
        }

        static string Read(string result, string version) => Encoding.UTF8.GetString(CniResultWriter.Write(
            CniResultReader.ReadOther(Encoding.UTF8.GetBytes(result), "the plugin x", version), "1.1.0"));
    }

    public static TheoryData<string> Versions => [.. CniVersion.Supported];

    [Theory]
    [InlineData("", "error unmarshall result: ")]
    [InlineData("{", "error unmarshall result: ")]
    [InlineData("5", "error unmarshall result: expected an object, found 5")]
    [InlineData("""{"cniVersion":"9.9.9"}""", "could not parse result: unsupported CNI result version \"9.9.9\"")]
    [InlineData("""{"ips":[{}]}""", "invalid network config: result.ips[0].address = null")]
    public void The_error_for_a_damaged_result_names_the_other_plugin(string result, string words) =>
        AssertRefused(() => CniResultReader.ReadOther(Encoding.UTF8.GetBytes(result), "the plugin x", "1.1.0"),
            CniErrorCode.DecodingFailure, "could not parse the result of the plugin x: " + words);

    [Fact]
    public void A_damaged_previous_result_is_reported_with_its_position() => AssertRefused(
        () => CniResultReader.ReadPrevious(new JsonText("""{"prevResult":{"ips":[{"address":"x"}]}}"""u8.ToArray())),
        CniErrorCode.InvalidConfig, "prevResult.ips[0].address = x");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"prevResult":null}""")]
    public void A_request_may_have_no_previous_result(string config) =>
        Assert.Null(CniResultReader.ReadPrevious(Text(config)));

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("5")]
    [InlineData("[]")]
    public void A_previous_result_that_is_not_an_object_is_refused(string previous) => AssertRefused(
        () => CniResultReader.ReadPrevious(Text($$"""{"prevResult":{{previous}}}""")),
        CniErrorCode.DecodingFailure, "prevResult");

    [Fact]
    public void Keys_of_a_previous_result_may_have_any_case()
    {
        var config = new JsonObject { ["name"] = "pods", ["PrevResult"] = ExpectedResults.Get("1.1.0", "dualStack")!.DeepClone() };
        var result = CniResultReader.ReadPrevious(Text(config.ToJsonString()))!;
        ExpectedResults.AssertEqual(ExpectedResults.Get("1.1.0", "dualStack"), CniResultWriter.Write(result, "1.1.0"));
    }

    static JsonText Text(string text) => new(Encoding.UTF8.GetBytes(text));

    static void AssertRefused(Action action, int code, string words) => Requests.AssertRefused(code, action, words);
}

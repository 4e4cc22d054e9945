using System.Text;
using System.Text.Json.Nodes;
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
    public void A_result_of_any_version_becomes_one_of_any_other_with_what_both_can_say(string from, string to)
    {
        var left = !CniVersion.HasInterfaces(from) ? "fromOldest" : CniVersion.IsAtLeast(from, "1.0.0") ? "dualStack" : "fromMiddle";
        ExpectedResults.AssertEqual(ExpectedResults.Get(to, left),
            CniResultReader.Convert(ExpectedResults.Bytes(from, "dualStack"), to));
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_result_without_addresses_becomes_any_but_the_oldest(string from, string to)
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
    public void A_result_without_a_version_is_taken_as_it_is()
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
    public void A_damaged_result_is_refused_with_the_place_of_the_damage(string result, int code, string words) =>
        AssertRefused(() => CniResultReader.Convert(Encoding.UTF8.GetBytes(result), "1.1.0"), code, words);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"prevResult":null}""")]
    public void A_request_may_have_no_previous_result(string config) =>
        Assert.Null(CniResultReader.ReadPrevious(Encoding.UTF8.GetBytes(config)));

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("5")]
    [InlineData("[]")]
    public void A_previous_result_is_an_object(string previous) => AssertRefused(
        () => CniResultReader.ReadPrevious(Encoding.UTF8.GetBytes($$"""{"prevResult":{{previous}}}""")),
        CniErrorCode.DecodingFailure, "prevResult");

    [Fact]
    public void A_previous_result_is_read_out_of_its_request_with_keys_in_any_case()
    {
        var config = new JsonObject { ["name"] = "pods", ["PrevResult"] = ExpectedResults.Get("1.1.0", "dualStack")!.DeepClone() };
        var result = CniResultReader.ReadPrevious(Encoding.UTF8.GetBytes(config.ToJsonString()))!;
        ExpectedResults.AssertEqual(ExpectedResults.Get("1.1.0", "dualStack"), CniResultWriter.Write(result, "1.1.0"));
    }

    static void AssertRefused(Action action, int code, string words) => Requests.AssertRefused(code, action, words);
}

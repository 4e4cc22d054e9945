using System.Text;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of standard input without a configuration: it gives an error object and changes nothing.</summary>
public sealed class BadInputTests(UntouchedNodes nodes) : IClassFixture<UntouchedNodes>
{
    const int IncompatibleVersion = 1;
    const int IoFailure = 5;
    const int Decoding = 6;
    const int InvalidConfig = 7;

    static readonly string[] Verbs = ["ADD", "DEL", "CHECK"];

    public static TheoryData<string> Inputs => [.. NotJson.Keys];

    static Dictionary<string, byte[]> NotJson { get; } = new()
    {
        ["nothing"] = [],
        ["blanks"] = "  \n\t "u8.ToArray(),
        ["ten megabytes of blanks"] = [.. Enumerable.Repeat((byte)' ', 10_000_000)],
        ["ten megabytes of text"] = Text($$"""{"name": "podnet", "text": "{{new string('x', 10_000_000)}}"}"""),
        ["a truncated object"] = Text(Configurations.Plain[..^40]),
        ["an object without its last brace"] = Text(Configurations.Plain.TrimEnd()[..^1]),
        ["bytes that are no UTF-8"] = [.. "{\"name\": \"podnet\", \"text\": \""u8, 0xff, 0xfe, .. "\"}"u8],
        ["UTF-16"] = Encoding.Unicode.GetBytes(Configurations.Plain),
        ["a byte order mark"] = [0xef, 0xbb, 0xbf, .. Text(Configurations.Plain)],
        ["half of a surrogate pair as the name"] = Text("""{"name": "\ud800", "type": "bridge"}"""),
        ["100,000 lists in each other"] = Text(new string('[', 100_000)),
        ["100,000 closed lists in each other"] = Text(
            $$"""{"name": "podnet", "x": {{new string('[', 100_000)}}{{new string(']', 100_000)}}}"""),
        ["100,000 objects in each other"] = Text(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))),
        ["text after the object"] = Text(Configurations.Plain + " x"),
        ["two objects"] = Text(Configurations.Plain + Configurations.Plain),
        ["a zero after the object"] = Text(Configurations.Plain + "\0"),
        ["a comment"] = Text(Configurations.Plain + "// the end"),
        ["a comma too many"] = Text("""{"name": "podnet", "cniVersion": "1.0.0",}"""),
        ["a list"] = "[]"u8.ToArray(),
        ["a string"] = "\"podnet\""u8.ToArray(),
        ["a number"] = "1"u8.ToArray(),
        ["the word null"] = "null"u8.ToArray(),
        ["the word NaN"] = "NaN"u8.ToArray(),
        ["a newline within a string"] = Text("{\"name\": \"pod\nnet\"}"),
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Input_that_is_not_a_configuration_is_refused(string name) => AssertRefusedByEveryVerb(
        name == "the word null" ? InvalidConfig : Decoding, call => call with { Input = NotJson[name] });

    [Fact]
    public void A_closed_standard_input_is_refused() =>
        AssertRefusedByEveryVerb(IoFailure, call => call with { Redirections = "<&-" });

    [Theory]
    [InlineData("""{"name": null}""", InvalidConfig)]
    [InlineData("""{"name": ""}""", InvalidConfig)]
    [InlineData("""{"name": 5}""", Decoding)]
    [InlineData("""{"name": ["podnet"]}""", Decoding)]
    [InlineData("""{"name": "a/b"}""", InvalidConfig)]
    [InlineData("""{"name": ".."}""", InvalidConfig)]
    [InlineData("""{"name": "."}""", InvalidConfig)]
    [InlineData("""{"name": "../../etc"}""", InvalidConfig)]
    [InlineData("""{"name": ".hidden"}""", InvalidConfig)]
    [InlineData("""{"name": "-network"}""", InvalidConfig)]
    [InlineData("""{"name": "net\u0000work"}""", InvalidConfig)]
    [InlineData("""{"name": "network\n"}""", InvalidConfig)]
    [InlineData("""{"name": "net work"}""", InvalidConfig)]
    [InlineData("""{"name": "nétwork"}""", InvalidConfig)]
    [InlineData("""{"name": "网络"}""", InvalidConfig)]
    [InlineData("""{"name": "٣"}""", InvalidConfig)]
    [InlineData("""{"cniVersion": 1}""", Decoding)]
    [InlineData("""{"cniVersion": "9.9.9"}""", 1)]
    [InlineData("""{"cniVersion": "1.2.0"}""", 1)]
    [InlineData("""{"cniVersion": "1.0"}""", 1)]
    [InlineData("""{"cniVersion": "0.0.1"}""", 1)]
    public void A_bad_network_name_or_version_is_refused_by_every_verb(string keys, int code)
    {
        var configuration = Configurations.With(keys);
        AssertRefusedByEveryVerb(code, call => call.WithInput(configuration));
    }

    // ADD and DEL compare the text; CHECK must know which of two versions is newer.
    [Theory]
    [InlineData("x")]
    [InlineData("1.0.0.0")]
    [InlineData("-1.0.0")]
    [InlineData("99999999999.0.0")]
    public void A_version_that_is_invalid_is_refused(string version)
    {
        var configuration = Configurations.With($$"""{"cniVersion": "{{version}}"}""");
        nodes.AssertRefused(IncompatibleVersion, node => RawCall.Of(node, "ADD", configuration));
        nodes.AssertRefused(IncompatibleVersion, node => RawCall.Of(node, "DEL", configuration));
        nodes.AssertRefused(Decoding, node => RawCall.Of(node, "CHECK", configuration));
    }

    [Fact]
    public void A_network_name_of_300_letters_is_refused() => nodes.AssertRefused(
        InvalidConfig,
        node => RawCall.Of(node, "ADD", Configurations.With($$"""{"name": "{{new string('n', 300)}}"}""")));

    [Theory]
    [InlineData("CHECK", "0.1.0")]
    [InlineData("CHECK", "0.3.1")]
    [InlineData("CHECK", "")]
    [InlineData("GC", "1.0.0")]
    [InlineData("STATUS", "1.0.0")]
    public void A_verb_that_is_newer_than_the_configuration_is_refused(string verb, string version)
    {
        var configuration = Configurations.With($$"""{"cniVersion": "{{version}}"}""");
        nodes.AssertRefused(1, node => RawCall.Of(node, verb, configuration), $"does not allow {verb}");
    }

    void AssertRefusedByEveryVerb(int code, Func<RawCall, RawCall> spoil) => nodes.AssertRefused(
        code, [.. Verbs.Select<string, Func<ScratchNode, RawCall>>(verb => node => spoil(RawCall.Of(node, verb, "")))]);

    static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}

using System.Text;
using System.Text.Json;
using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Tests.Protocol;

public sealed class JsonTextTests
{
    const string Text = """{"name":"pods"}""";

    static string Failure(byte[] bytes) => Assert.Throws<JsonSyntaxException>(() => new JsonText(bytes).Tree).Message;

    [Fact]
    public void The_error_names_a_byte_order_mark() => Assert.Equal(
        "the text begins with a byte order mark: save it as UTF-8 without one",
        Failure([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)]));

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_error_names_UTF_16(bool isBigEndian, bool hasMark)
    {
        var encoding = new UnicodeEncoding(isBigEndian, hasMark);
        Assert.Equal("the text is UTF-16: save it as UTF-8", Failure([.. encoding.Preamble, .. encoding.GetBytes(Text)]));
        Assert.Equal("the text is UTF-16: save it as UTF-8", Failure([.. encoding.Preamble, .. encoding.GetBytes("\n" + Text)]));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("\0\0")]
    [InlineData("{")]
    public void The_error_for_other_text_does_not_mention_UTF_16(string text) =>
        Assert.DoesNotContain("UTF-16", Failure(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal);

    [Fact]
    public void ToNode_returns_the_values_of_the_text() => Assert.Equal(
        """{"a":[1.50,-2e9,true,false,null,"\u00E9",{}],"b":[]}""",
        new JsonText("""{ "a": [1.50, -2e9, true, false, null, "é", {}], "b": [] }"""u8.ToArray()).ToNode()!.ToJsonString());

    [Theory]
    [InlineData("""{"a":1,"b":2,"a":3}""", """{"a":3,"b":2}""")]
    [InlineData("""{"a":{"x":1},"a":{"y":2}}""", """{"a":{"y":2}}""")]
    [InlineData("""{"a":1,"A":2}""", """{"a":1,"A":2}""")]
    public void The_last_of_repeated_keys_counts(string text, string expected) =>
        Assert.Equal(expected, new JsonText(Encoding.UTF8.GetBytes(text)).ToNode()!.ToJsonString());

    [Theory]
    [InlineData("""["\ud800"]""")]
    [InlineData("""{"\udc00":1}""")]
    public void ToNode_refuses_half_of_a_surrogate_pair(string text) =>
        Assert.Throws<JsonException>(() => new JsonText(Encoding.UTF8.GetBytes(text)).ToNode());
}

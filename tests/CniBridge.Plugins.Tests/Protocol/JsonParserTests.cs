using System.Text;
using System.Text.Unicode;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Tests.Json;

namespace CniBridge.Plugins.Tests.Protocol;

/// <summary>Tests of our JSON parser against the parser of the base library.</summary>
public sealed class JsonParserTests
{
    static readonly string[] s_texts =
    [
        "", " ", "{}", "[]", " [ ] ", "\t{\r\n}\n", "null", "true", "false", "\"\"", "0", "-0", "12", "-12.5", "0.5", "1e9", "1E-9",
            "1.5e+10",
        """{"a":1,"A":[true,false,null,"x"],"b":{"c":{"d":[[],{}]}}}""",
        """{"a":1,"a":2}""", """{"":""}""", "{ \"a\" : [ 1 , 2 ] , \"b\" : { } }",
        """["\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00","é€😀"]""",
        """["\ud800"]""", """["\udc00x"]""", """["\ud83d\ud83d\ude00"]""", """["\ud83dx"]""", """{"\ud800":"\udc00"}""",
        """["\u12"]""", """["\u12g4"]""", """["\x41"]""", "[\"\\", "[\"\\u", "[\"a", "[\"\u0001\"]", "[\"\n\"]", "[\"\u007f\"]",
        "{", "}", "[", "]", "[1", "[1,", "[1,]", "[,1]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
        "tru", "truE", "nul", "nulll", "falsee", "True", "NaN", "Infinity", "'a'", "# x", "[1] // x", "/* x */ 1", "[1 /* x */]",
        "01", "-", "-a", "+1", ".5", "1.", "1.e5", "1e", "1e+", "--1", "0x10", "1 2", "{} {}", "[] x", "\u00a0[]", "\ufeff{}", "\0", "{}\0",
    ];

    public static TheoryData<string> Texts => [.. s_texts];

    [Theory, MemberData(nameof(Texts))]
    public void The_parser_accepts_the_same_texts_as_the_library(string text) => AssertAgrees(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void The_parser_agrees_with_the_library_on_mutated_texts()
    {
        var random = new PseudoRandom(1);
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var text = Encoding.UTF8.GetBytes(s_texts[i % s_texts.Length]);
            for (var change = random.Next(4); change > 0 && text.Length > 0; change--)
                text[random.Next(text.Length)] = "{}[]\",:\\ue0159.+- \ntnfx"u8[random.Next(23)];
            // All other input is refused before it is parsed.
            if (Utf8.IsValid(text))
                accepted += AssertAgrees(text) ? 1 : 0;
        }
        Assert.InRange(accepted, 2_000, 18_000);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void The_parser_accepts_as_many_levels_as_the_library(string open, string close)
    {
        foreach (var depth in (int[])[63, 64, 65, 66])
        {
            var inner = open == "[" ? "" : "1";
            AssertAgrees(
                Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Repeat(open, depth)) + inner + string.Concat(Enumerable.Repeat(close, depth))));
        }
    }

    [Theory]
    [InlineData("{\n  \"a\": x\n}", "unexpected 'x', line 2, column 8")]
    [InlineData("{\"a\":1}}", "unexpected '}', line 1, column 8")]
    [InlineData("[\"\u0001\"]", "unexpected byte 0x01, line 1, column 3")]
    [InlineData("[1,\n", "the text ends where more is expected, line 2, column 1")]
    [InlineData("", "the text is empty, line 1, column 1")]
    [InlineData(" \n ", "the text is empty, line 2, column 2")]
    [InlineData("{\"a\":1 ,\n}", "unexpected '}' after a comma, line 2, column 1")]
    [InlineData("[1,]", "unexpected ']' after a comma, line 1, column 4")]
    [InlineData("[,]", "unexpected ',', line 1, column 2")]
    public void A_syntax_error_names_line_and_column(string text, string message)
    {
        var exception = Assert.Throws<JsonSyntaxException>(() => JsonParser.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(message, exception.Message);
    }

    [Theory]
    [InlineData("[", "1,", "1]")]
    [InlineData("{", "\"a\":1,", "\"a\":1}")]
    public void More_than_250000_values_are_refused(string open, string value, string last)
    {
        static byte[] Text(string open, string value, string last, int count) =>
            Encoding.UTF8.GetBytes(open + string.Concat(Enumerable.Repeat(value, count - 1)) + last);

        Assert.Equal(249_999, JsonParser.Parse(Text(open, value, last, 249_999)).Values.Count);
        Assert.StartsWith("more than 250000 values, ",
            Assert.Throws<JsonSyntaxException>(() => JsonParser.Parse(Text(open, value, last, 250_000))).Message, StringComparison.Ordinal);
    }

    static bool AssertAgrees(byte[] text) => LibraryJson.AssertAgrees(text, bytes => JsonParser.Parse(bytes));
}

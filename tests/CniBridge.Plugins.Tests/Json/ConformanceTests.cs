using System.Text;
using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Tests.Json;

/// <summary>
/// Tests of our JSON reader against RFC 8259 with the cases in Conformance. The base library judges each case too, so each deviation is
/// deliberate.
/// </summary>
public sealed class ConformanceTests
{
    static readonly Dictionary<string, ConformanceCase> s_cases = ConformanceCase.ReadAll().ToDictionary(one => one.Place);

    public static TheoryData<string> Places => [.. s_cases.Keys];

    static JsonTree Parse(byte[] text) => new JsonText(text).Tree;

    static bool Accepts(byte[] text) => new JsonText(text).FindError() is null;

    [Theory, MemberData(nameof(Places))]
    public void A_text_is_accepted_or_refused_according_to_its_verdict(string place)
    {
        var (_, verdict, text) = s_cases[place];
        Assert.Equal(verdict == Verdict.Accept, Accepts(text));
        if (verdict == Verdict.Stricter)
            Assert.True(LibraryJson.Accepts(text), "the library refuses the text too");
        else
            LibraryJson.AssertAgrees(text, Parse);
    }

    [Theory, MemberData(nameof(Places))]
    public void A_refusal_has_a_reason_on_one_line_and_a_position_in_the_text(string place)
    {
        var (_, verdict, text) = s_cases[place];
        var error = new JsonText(text).FindError();
        if (verdict == Verdict.Accept)
        {
            Assert.Null(error);
            return;
        }
        Assert.NotNull(error);
        Assert.InRange(error.Offset, 0, text.Length);
        Assert.NotEmpty(error.Why);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    /// <summary>Valid lists, objects and strings end with their last character, so each part of them is invalid.</summary>
    [Fact]
    public void A_truncated_list_object_or_string_is_refused()
    {
        var parts = 0;
        foreach (var (_, verdict, text) in s_cases.Values)
        {
            if (verdict != Verdict.Accept || text[0] is not ((byte)'[' or (byte)'{' or (byte)'"'))
                continue;
            var end = text.AsSpan().TrimEnd(" \t\r\n"u8).Length;
            for (var length = 0; length < Math.Min(end, 200); length++)
            {
                Assert.False(Accepts(text[..length]), $"accepts {Encoding.UTF8.GetString(text, 0, length)}");
                parts++;
            }
        }
        Assert.True(parts > 1_000);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("\t\r\n")]
    public void White_space_around_a_text_changes_nothing(string space)
    {
        var bytes = Encoding.UTF8.GetBytes(space);
        foreach (var (place, verdict, text) in s_cases.Values.Where(one => one.Text.Length < 1_000))
        {
            byte[] spaced = [.. bytes, .. text, .. bytes];
            // White space inside an unfinished string or escape makes another error, but never a valid text.
            Assert.True(Accepts(spaced) == (verdict == Verdict.Accept), place);
        }
    }

    [Fact]
    public void All_verdicts_and_sections_have_cases()
    {
        Assert.True(s_cases.Count >= 450);
        Assert.All(Enum.GetValues<Verdict>(), verdict => Assert.True(s_cases.Values.Count(one => one.Verdict == verdict) >= 25));
        Assert.Equal(11, s_cases.Keys.Select(place => place.Split(':')[0]).Distinct().Count());
    }

    [Theory]
    [InlineData("<>", "")]
    [InlineData("a<62 63>d", "abcd")]
    [InlineData("<5b*3 5d*2>", "[[[]]")]
    [InlineData("<5b 5d*2>", "[][]")]
    [InlineData("\"<e2 82 ac>\"", "\"€\"")]
    [InlineData("<3c>", "<")]
    [InlineData("a < b", "a < b")]
    public void The_notation_of_the_cases_is_read(string notation, string text) =>
        Assert.Equal(text, Encoding.UTF8.GetString(ConformanceCase.ReadText(notation)));
}

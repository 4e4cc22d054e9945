using System.Text.Json;
using CniBridge.Linux.Files;

namespace CniBridge.Linux.Tests;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("cni0 10.1.0.1/16 äöü → 漢字 😀", "cni0 10.1.0.1/16 äöü → 漢字 😀")]
    [InlineData(@"back\slash", @"back\slash")]
    [InlineData("a\nb\r\tc", @"a\nb\r\tc")]
    [InlineData("\u001b[2J\u0007\0", @"\u001b[2J\u0007\u0000")]
    // DEL, and CSI as one character.
    [InlineData("\u007f\u009b31m", @"\u007f\u009b31m")]
    // The characters are line separators, marks of text direction, and invisible ones.
    [InlineData("\u2028\u2029\u0085", @"\u2028\u2029\u0085")]
    [InlineData("a\u202eb\u2066c\u200bd\ufeff", @"a\u202eb\u2066c\u200bd\ufeff")]
    [InlineData("\udb40\udc41", @"\udb40\udc41")]
    public void Control_characters_of_a_value_are_escaped(string text, string expected) =>
        Assert.Equal(expected, PrintableText.Escape(text));

    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc…")]
    [InlineData("ab\U0001F600", 3, "ab…")]
    [InlineData("a\U0001F600b", 3, "a\U0001F600…")]
    public void A_long_text_is_cut_between_characters(string text, int length, string expected) =>
        Assert.Equal(expected, PrintableText.Cut(text, length));

    [Fact]
    public void A_document_keeps_its_lines() => Assert.Equal(
        "a\n\tb\\r\\u001b\n", PrintableText.EscapeLines("a\n\tb\r\u001b\n"));

    [Fact]
    public void All_characters_are_kept_or_escaped()
    {
        for (var unit = 0; unit <= char.MaxValue; unit++)
        {
            var escaped = PrintableText.Escape($"<{(char)unit}>");
            Assert.DoesNotContain(escaped, character => char.IsControl(character) || char.IsSurrogate(character));
            if (!char.IsSurrogate((char)unit) && (char)unit is not ('"' or '\\'))
                Assert.Equal($"<{(char)unit}>", JsonSerializer.Deserialize<string>($"\"{escaped}\""));
        }
    }

    [Fact]
    public void A_log_entry_stays_on_one_line()
    {
        using var stream = new MemoryStream();
        using (var log = new TextLog(stream))
        {
            log.WriteLine("pod \u001b[31m\nforged: line");
            log.Write("two\nlines\u0007\n");
            log.Write('x');
            log.WriteLine((object)"y\n");
        }
        Assert.Equal("pod \\u001b[31m\\nforged: line\ntwo\nlines\\u0007\nxy\\n\n", System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}

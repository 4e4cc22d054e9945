using System.Diagnostics;
using System.Text;

namespace CniBridge.Linux.Tests;

/// <summary>Tests with a shell, which must read each quoted word as the original text.</summary>
public sealed class ShellTextTests
{
    [Theory]
    [InlineData("/etc/cni/net.d/10-x.conflist", "/etc/cni/net.d/10-x.conflist")]
    [InlineData("fd00::/64", "fd00::/64")]
    [InlineData("", "''")]
    [InlineData("a;b", "'a;b'")]
    [InlineData("$(x)", "'$(x)'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("ä €", "'ä €'")]
    [InlineData("😀", "'😀'")]
    [InlineData("a\nb", @"$'a\012b'")]
    [InlineData("\u001b[31m\\'", @"$'\033[31m\\\''")]
    [InlineData("ä\u009b", @"$'\303\244\302\233'")]
    [InlineData("\u202e", @"$'\342\200\256'")]
    public void A_word_is_quoted_if_necessary(string text, string word)
    {
        Assert.Equal(word, ShellText.Quote(text));
        Assert.DoesNotContain(word, char.IsControl);
        Assert.Equal(text, Read(word));
    }

    [Fact]
    public void Words_are_joined_with_spaces() => Assert.Equal("a 'b c' d", ShellText.Join(["a", "b c", "d"]));

    [Fact]
    public void Any_text_becomes_one_word()
    {
        var text = string.Concat(Enumerable.Range(1, 0xfff).Where(unit => !char.IsSurrogate((char)unit)).Select(unit => (char)unit));
        Assert.Equal(text, Read(ShellText.Quote(text)));
    }

    static string Read(string word)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"printf %s {word}"])
        {
            RedirectStandardOutput = true,
            StandardOutputEncoding = new UTF8Encoding(false),
        })!;
        return shell.StandardOutput.ReadToEnd();
    }
}

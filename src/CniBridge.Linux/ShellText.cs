using System.Globalization;
using System.Text;

namespace CniBridge.Linux;

/// <summary>Text as words of the shell command language (POSIX.1-2024, section 2.2 "Quoting").</summary>
public static class ShellText
{
    /// <summary>The characters besides letters and digits that need no quoting.</summary>
    const string Plain = "_-./:,@%+=";

    /// <summary>Returns a word, quoted if necessary. Control characters are escaped, so that the word is safe for a terminal.</summary>
    public static string Quote(string text)
    {
        var (isPlain, isPrintable) = (text.Length > 0, true);
        for (var i = 0; i < text.Length; i++)
        {
            isPlain &= char.IsAsciiLetterOrDigit(text[i]) || Plain.Contains(text[i], StringComparison.Ordinal);
            isPrintable &= PrintableText.IsPlain(text, i) || char.IsLowSurrogate(text[i]);
        }
        if (!isPrintable)
            return QuoteBytes(Encoding.UTF8.GetBytes(text));
        return isPlain ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>Returns a word in dollar-single-quotes, with all bytes except printable ASCII as octal escapes.</summary>
    static string QuoteBytes(byte[] bytes)
    {
        var word = new StringBuilder("$'");
        foreach (var unit in bytes)
        {
            if (unit is (byte)'\'' or (byte)'\\')
                word.Append('\\').Append((char)unit);
            else if (unit is >= (byte)' ' and < 0x7f)
                word.Append((char)unit);
            else
                word.Append(CultureInfo.InvariantCulture, $"\\{Convert.ToString(unit, 8).PadLeft(3, '0')}");
        }
        return word.Append('\'').ToString();
    }

    public static string Join(IReadOnlyList<string> words)
    {
        var quoted = new string[words.Count];
        for (var i = 0; i < quoted.Length; i++)
            quoted[i] = Quote(words[i]);
        return string.Join(' ', quoted);
    }
}

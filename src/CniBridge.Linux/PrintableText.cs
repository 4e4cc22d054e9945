using System.Globalization;
using System.Text;

namespace CniBridge.Linux;

/// <summary>Escapes untrusted text, so that it cannot control a terminal.</summary>
public static class PrintableText
{
    /// <summary>
    /// Escapes control characters as \n, \r, \t and \u001b, and also invisible characters and those that change the text direction.
    /// Inside a JSON string the escaped text has the same value.
    /// </summary>
    public static string Escape(string text) => Escape(text, keepsLines: false);

    /// <summary>Escapes text as <see cref="Escape(string)"/> does, but keeps line feeds and tabs.</summary>
    public static string EscapeLines(string text) => Escape(text, keepsLines: true);

    /// <summary>
    /// Returns the first characters of a text and "…" if there are more. Keeps no half of a surrogate pair: writers of JSON throw an
    /// exception for it.
    /// </summary>
    public static string Cut(string text, int length)
    {
        if (text.Length <= length)
            return text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length), "…");
    }

    static string Escape(string text, bool keepsLines)
    {
        var at = FindFirst(text, 0, keepsLines);
        if (at < 0)
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        var start = 0;
        for (; at >= 0; at = FindFirst(text, start, keepsLines))
        {
            escaped.Append(text, start, at - start);
            start = at + (char.IsSurrogatePair(text, at) ? 2 : 1);
            foreach (var unit in text.AsSpan(at..start))
                Append(escaped, unit);
        }
        return escaped.Append(text, start, text.Length - start).ToString();
    }

    static int FindFirst(string text, int start, bool keepsLines)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (!IsPlain(text, i) && !(keepsLines && (text[i] is '\n' or '\t')))
                return i;
            if (char.IsHighSurrogate(text[i]))
                i++;
        }
        return -1;
    }

    /// <summary>Returns whether the character at an index needs no escape.</summary>
    internal static bool IsPlain(string text, int index) => text[index] is >= ' ' and < '\u007f' ||
        CharUnicodeInfo.GetUnicodeCategory(text, index) is not (UnicodeCategory.Control or UnicodeCategory.Format or
            UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);

    static void Append(StringBuilder text, char unit) => _ = unit switch
    {
        '\n' => text.Append("\\n"),
        '\r' => text.Append("\\r"),
        '\t' => text.Append("\\t"),
        _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
    };
}

using System.Text;
using CniBridge.Linux;

namespace CniBridge.Node.Inspection.Findings;

/// <summary>A kind of fault. Its texts have placeholders such as {NAME} for the values of one node.</summary>
/// <param name="id">Words joined by hyphens. It never changes, because scripts use it.</param>
/// <param name="what">The fault, in one sentence.</param>
/// <param name="why">The consequence for pods; it has no placeholders.</param>
/// <param name="fix">One shell command.</param>
public sealed class FindingKind(string id, Severity severity, string what, string why, string fix)
{
    public string Id => id;

    public Severity Severity => severity;

    public string What => what;

    public string Why => why;

    public string Fix => fix;

    /// <summary>
    /// Creates a finding with the placeholders replaced by values. A value that looks like a placeholder is kept unchanged.
    /// </summary>
    /// <param name="pairs">Placeholder names without braces, each followed by its value.</param>
    internal Finding Create(params ReadOnlySpan<string> pairs) =>
        new(this, Fill(what, pairs, isCommand: false), Fill(fix, pairs, isCommand: true));

    /// <summary>Replaces the placeholders in one pass, so that placeholders inside values are not replaced.</summary>
    /// <param name="isCommand">True to quote {NAME} as one shell word and to insert [NAME] unquoted, as a command.</param>
    static string Fill(string template, ReadOnlySpan<string> pairs, bool isCommand)
    {
        var text = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            var name = NameAt(template.AsSpan(at), isCommand);
            if (name.Length > 0 && Find(name, pairs) is { } value)
            {
                text.Append(isCommand && template[at] == '{' ? ShellText.Quote(value) : value);
                at += name.Length + 2;
            }
            else
                text.Append(template[at++]);
        }
        return text.ToString();
    }

    /// <summary>Returns the name of the placeholder at the start of a text; empty if there is none.</summary>
    static ReadOnlySpan<char> NameAt(ReadOnlySpan<char> text, bool isCommand)
    {
        var end = text[0] switch
        {
            '{' => text.IndexOf('}'),
            '[' when isCommand => text.IndexOf(']'),
            _ => -1,
        };
        return end < 0 ? [] : text[1..end];
    }

    static string? Find(ReadOnlySpan<char> name, ReadOnlySpan<string> pairs)
    {
        for (var i = 0; i + 1 < pairs.Length; i += 2)
        {
            if (name.SequenceEqual(pairs[i]))
                return pairs[i + 1];
        }
        return null;
    }
}

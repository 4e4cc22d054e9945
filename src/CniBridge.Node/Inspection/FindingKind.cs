using System.Text;
using CniBridge.Linux;

namespace CniBridge.Node.Inspection;

/// <summary>A fault that can be found, in words with {NAMES} in place of what is particular to one node.</summary>
/// <param name="id">Words with hyphens between; it never changes.</param>
/// <param name="what">A sentence.</param>
/// <param name="why">What becomes of pods.</param>
/// <param name="fix">One command of the shell.</param>
public sealed class FindingKind(string id, Severity severity, string what, string why, string fix)
{
    public string Id => id;

    public Severity Severity => severity;

    public string What => what;

    public string Why => why;

    public string Fix => fix;

    /// <summary>Returns the finding with values in place of names; a value that looks like a name stays as it is.</summary>
    /// <param name="pairs">A name and its value, and another pair…</param>
    internal Finding Of(params ReadOnlySpan<string> pairs) => new(this, Fill(what, pairs, isCommand: false), Fill(fix, pairs, isCommand: true));

    /// <summary>Reads the template once, so that no value is searched for names.</summary>
    /// <param name="isCommand">{NAME} becomes one word of the shell, and [NAME] stands for a whole command.</param>
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

    /// <summary>Returns the name between braces, or in commands brackets, at the beginning of a text; empty where there is none.</summary>
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

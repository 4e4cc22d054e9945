using System.Text;

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

    /// <param name="pairs">A name and its value, and another pair…</param>
    internal Finding Of(params ReadOnlySpan<string> pairs)
    {
        var (sentence, command) = (new StringBuilder(what), new StringBuilder(fix));
        for (var i = 0; i + 1 < pairs.Length; i += 2)
        {
            var name = $"{{{pairs[i]}}}";
            sentence.Replace(name, pairs[i + 1]);
            command.Replace(name, ShellText.Quote(pairs[i + 1]));
        }
        // A command that somebody else made is not one word of another.
        for (var i = 0; i + 1 < pairs.Length; i += 2)
            command.Replace($"[{pairs[i]}]", pairs[i + 1]);
        return new Finding(this, sentence.ToString(), command.ToString());
    }
}

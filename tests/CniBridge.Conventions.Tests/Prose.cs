using System.Text.RegularExpressions;

namespace CniBridge.Conventions.Tests;

/// <summary>One piece of text that people read, and where it stands.</summary>
/// <param name="Path">Path from the root of the repository.</param>
/// <param name="Line">Line number, starting at 1.</param>
/// <param name="Text">The text without markup, on one line.</param>
sealed partial record Prose(string Path, int Line, string Text)
{
    // These words begin a sentence whose subject comes late, or that has none.
    static readonly HashSet<string> s_inversions = new(StringComparer.OrdinalIgnoreCase)
    {
        "Of", "What", "Who", "Whose", "Whom", "As", "To", "Where", "When", "Which", "How", "So", "Such", "Only", "Not", "Nothing", "None",
        "Here", "There", "If", "In", "On", "By", "For", "From", "With", "Without", "Until", "Unless", "After", "Before", "At", "Up", "Out",
        "Does", "Do", "Is", "Are", "Was", "Has", "Have", "Can", "May", "Must", "Null:", "Once", "While", "Beside", "Between",
    };

    /// <summary>The longest sentence in words; counts as one word what stands between two spaces.</summary>
    internal int LongestSentence => Sentences().Split(Text).Max(sentence => Words().Count(sentence));

    /// <summary>Tells whether the text starts with a word that puts the subject behind the verb.</summary>
    internal bool IsInverted => s_inversions.Contains(Text.Split(' ')[0].TrimEnd(','));

    /// <summary>Finds a word that names no actor ("nobody", "whoever"), or null.</summary>
    internal string? FindVagueSubject() =>
        VagueWords().Match(Text) is { Success: true } word ? word.Value : null;

    /// <summary>Tells whether the name of a test has a vague subject: "What is wrong is told", "Nobody is asked".</summary>
    internal bool IsVagueName => VagueNames().IsMatch(Text);

    public override string ToString() => $"{Path}:{Line}: {(Text.Length > 160 ? Text[..160] + "…" : Text)}";

    [GeneratedRegex(
        @"^(What|Who|Whose|So|Nor|However)\b|\b(nobody|nobodys|somebody|anybody|anybodys|whoever|whomever)\b", RegexOptions.IgnoreCase)]
    private static partial Regex VagueNames();

    [GeneratedRegex(@"(?<=[.!?])\s+")]
    private static partial Regex Sentences();

    [GeneratedRegex(@"\S*\w\S*")]
    private static partial Regex Words();

    [GeneratedRegex(@"\b(nobody|somebody|anybody|whoever|whomever|whatever)\b|(^|[.:;] )whose\b", RegexOptions.IgnoreCase)]
    private static partial Regex VagueWords();
}

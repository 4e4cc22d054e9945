using System.Text.RegularExpressions;

namespace CniBridge.Conventions.Tests;

/// <summary>One piece of text that people read, and where it stands.</summary>
/// <param name="Path">Path from the root of the repository.</param>
/// <param name="Line">Line number, starting at 1.</param>
/// <param name="Text">The text without markup, on one line.</param>
sealed partial record Prose(string Path, int Line, string Text)
{
    const int MinWordsInName = 3;

    // These words begin a sentence whose subject comes late, or that has none.
    static readonly HashSet<string> s_inversions = new(StringComparer.OrdinalIgnoreCase)
    {
        "Of", "What", "Who", "Whose", "Whom", "As", "To", "Where", "When", "Which", "How", "So", "Such", "Only", "Not", "Nothing", "None",
        "Here", "There", "If", "In", "On", "By", "For", "From", "With", "Without", "Until", "Unless", "After", "Before", "At", "Up", "Out",
        "Does", "Do", "Is", "Are", "Was", "Has", "Have", "Can", "May", "Must", "Null:", "Once", "While", "Beside", "Between",
    };

    /// <summary>The length of the longest sentence in words, which are separated by spaces.</summary>
    internal int LongestSentence => Sentences().Split(Text).Max(sentence => Words().Count(sentence));

    /// <summary>True if the text starts with a word that puts the subject behind the verb.</summary>
    internal bool IsInverted => s_inversions.Contains(Text.Split(' ')[0].TrimEnd(','));

    /// <summary>Returns the first word that is used as a subject without naming an actor, or null.</summary>
    internal string? FindVagueSubject() =>
        VagueWords().Match(Text) is { Success: true } word ? word.Value : null;

    /// <summary>
    /// Returns the reason why the name of a test is unclear, or null: it begins with a pronoun, a conjunction or a question word, has a
    /// vague subject, or is too short to say case and expectation.
    /// </summary>
    internal string? WhyUnclearName() =>
        UnclearNames().Match(Text) is { Success: true } word ? $"\"{word.Value}\""
        : Words().Count(Text) < MinWordsInName ? $"fewer than {MinWordsInName} words"
        : null;

    public override string ToString() => $"{Path}:{Line}: {(Text.Length > 160 ? Text[..160] + "…" : Text)}";

    [GeneratedRegex(
        @"^(It|Its|They|Their|That|This|These|Those|And|But|Or|So|Then|Nor|However|What|Who|Whose|Whom|Which|How|Where|Whether|There|Here"
        + @"|Nothing|Everything|One s|Also|Likewise)\b"
        + @"|\b(nobody|nobodys|somebody|anybody|everybody|anybodys|whoever|whomever|whatever|wherever|likewise|tells?|told)\b"
        + @"|\bwhat (is|are|was|were|it|they|we|that|has|had)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex UnclearNames();

    [GeneratedRegex(@"(?<=[.!?])\s+")]
    private static partial Regex Sentences();

    [GeneratedRegex(@"\S*\w\S*")]
    private static partial Regex Words();

    [GeneratedRegex(@"\b(nobody|somebody|anybody|whoever|whomever|whatever)\b|(^|[.:;] )whose\b", RegexOptions.IgnoreCase)]
    private static partial Regex VagueWords();
}

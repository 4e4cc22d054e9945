using System.Text.RegularExpressions;

namespace CniBridge.Lab;

/// <summary>Words of scripts for the shell.</summary>
static partial class Shell
{
    /// <summary>Returns a text as one word of a script, in quotes where they are needed: a checkout may be in any directory.</summary>
    public static string Quote(string text) =>
        PlainWord().IsMatch(text) ? text : $"'{text.Replace("'", """'\''""", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\A[A-Za-z0-9_./:=-]+\z")]
    private static partial Regex PlainWord();
}

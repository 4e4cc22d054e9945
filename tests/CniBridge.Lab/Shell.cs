using System.Text.RegularExpressions;

namespace CniBridge.Lab;

/// <summary>Quoting of words in shell scripts.</summary>
static partial class Shell
{
    /// <summary>Returns a text as one word of a script, with quotes if necessary, because a checkout may be in any directory.</summary>
    public static string Quote(string text) =>
        PlainWord().IsMatch(text) ? text : $"'{text.Replace("'", """'\''""", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"\A[A-Za-z0-9_./:=-]+\z")]
    private static partial Regex PlainWord();
}

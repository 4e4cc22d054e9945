namespace CniBridge.Node.Inspection;

/// <summary>Texts as words of the shell's command language.</summary>
static class ShellText
{
    /// <summary>Means itself: letters, digits and these.</summary>
    const string Plain = "_-./:,@%+=";

    internal static string Quote(string text)
    {
        var isPlain = text.Length > 0;
        foreach (var c in text)
            isPlain &= char.IsAsciiLetterOrDigit(c) || Plain.Contains(c, StringComparison.Ordinal);
        return isPlain ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    internal static string Join(IReadOnlyList<string> words)
    {
        var quoted = new string[words.Count];
        for (var i = 0; i < quoted.Length; i++)
            quoted[i] = Quote(words[i]);
        return string.Join(' ', quoted);
    }
}

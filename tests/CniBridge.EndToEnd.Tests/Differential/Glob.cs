namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Patterns in which * matches any text, also an empty one.</summary>
static class Glob
{
    public static bool Matches(string pattern, string text)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == text;
        }

        if (text.Length < parts[0].Length + parts[^1].Length
            || !text.StartsWith(parts[0], StringComparison.Ordinal)
            || !text.EndsWith(parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        var position = parts[0].Length;
        var end = text.Length - parts[^1].Length;
        foreach (var part in parts[1..^1])
        {
            var found = text.IndexOf(part, position, end - position, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            position = found + part.Length;
        }

        return true;
    }
}

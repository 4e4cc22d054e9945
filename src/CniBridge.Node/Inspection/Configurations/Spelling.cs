namespace CniBridge.Node.Inspection.Configurations;

/// <summary>The search for the word that a person meant.</summary>
public static class Spelling
{
    /// <summary>Returns the known word with the fewest wrong letters; null where more than every third letter is wrong.</summary>
    public static string? FindNearest(string word, IReadOnlyList<string> known)
    {
        string? nearest = null;
        var least = Math.Max(2, word.Length / 3) + 1;
        foreach (var candidate in known)
        {
            var distance = Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant());
            if (distance < least)
                (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    /// <summary>Letters to insert, leave out or replace (Levenshtein).</summary>
    static int Distance(string one, string other)
    {
        var row = new int[other.Length + 1];
        for (var j = 0; j < row.Length; j++)
            row[j] = j;
        foreach (var letter in one)
        {
            var diagonal = row[0]++;
            for (var j = 1; j < row.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (letter == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}

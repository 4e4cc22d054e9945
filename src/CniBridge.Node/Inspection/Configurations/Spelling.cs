namespace CniBridge.Node.Inspection.Configurations;

/// <summary>Suggestions for misspelt words.</summary>
public static class Spelling
{
    /// <summary>
    /// Returns the known word with the smallest edit distance; null if the distance exceeds both 2 and a third of the word's length.
    /// </summary>
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

    /// <summary>Returns the Levenshtein distance: the number of letters to insert, delete or replace.</summary>
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

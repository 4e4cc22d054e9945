namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Compares two states with a list of known differences.</summary>
static class Comparison
{
    /// <summary>Returns unexpected differences, and expected differences that are missing.</summary>
    public static List<string> Problems(
        SortedDictionary<string, string> go,
        SortedDictionary<string, string> ours,
        IReadOnlyList<Difference> differences,
        int step)
    {
        var expected = differences.Where(difference => difference.IsExpectedAfter(step)).ToList();
        var missing = expected.Where(difference => !difference.IsByChance).ToHashSet();
        var unexpected = new List<Line>();
        foreach (var path in go.Keys.Union(ours.Keys).Order(StringComparer.Ordinal))
        {
            var line = new Line(path, go.GetValueOrDefault(path), ours.GetValueOrDefault(path));
            if (line.Go == line.Ours || GeneralDifferences.Table.Any(line.Matches))
            {
                continue;
            }

            var matches = expected.FindAll(line.Matches);
            missing.ExceptWith(matches);
            if (matches.Count == 0)
            {
                unexpected.Add(line);
            }
        }

        return [
            .. unexpected.GroupBy(line => line.Place).SelectMany(Report),
            .. missing.Select(difference => $"no longer different: {difference.Path} ({difference.Reason})"),
        ];
    }

    /// <summary>Returns one line for a link that only one side has, instead of a line for each of its properties.</summary>
    static IEnumerable<string> Report(IGrouping<string, Line> lines)
    {
        const int Many = 5;
        if (lines.Count() > Many && (lines.All(line => line.Go is null) || lines.All(line => line.Ours is null)))
        {
            return [$"{lines.Key}/* is there only with {(lines.First().Go is null ? "ours" : "Go")}"];
        }

        return lines.Select(line => line.ToString());
    }

    sealed record Line(string Path, string? Go, string? Ours)
    {
        /// <summary>The first two parts of the path, which name the owner.</summary>
        public string Place => string.Join('/', Path.Split('/').Take(2));

        public bool Matches(Difference difference) => difference.Matches(Path, Go, Ours);

        public override string ToString() => $"{Path}\n    Go:   {Go ?? "(nothing)"}\n    ours: {Ours ?? "(nothing)"}";
    }
}

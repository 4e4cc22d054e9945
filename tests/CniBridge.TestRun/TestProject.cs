using System.Diagnostics;
using System.Text.Json;

namespace CniBridge.TestRun;

/// <summary>A project of tests that is built.</summary>
sealed record TestProject(string Name)
{
    const string Prefix = "CniBridge.";

    public string Assembly => Path.Combine(Repository.Root, "artifacts", "bin", Name, "debug", $"{Name}.dll");

    /// <summary>The name without what all projects share.</summary>
    public string ShortName => Name[Prefix.Length..^".Tests".Length];

    /// <summary>True for tests that run one at a time in a process: their classes may run in processes of their own.</summary>
    public bool IsSplit => ShortName == "EndToEnd";

    /// <summary>Returns the projects whose names contain one of the words, or all.</summary>
    public static IReadOnlyList<TestProject> Find(IReadOnlyList<string> words) =>
    [
        .. Directory.GetDirectories(Path.Combine(Repository.Root, "tests"), "*.Tests")
            .Select(directory => new TestProject(Path.GetFileName(directory)))
            .Where(project => words.Count == 0 || words.Any(word => project.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(project => project.Name, StringComparer.Ordinal),
    ];

    public string Shorten(string className) =>
        className.StartsWith($"{Name}.", StringComparison.Ordinal) ? className[(Name.Length + 1)..] : className;

    /// <summary>Asks the built assembly for its classes.</summary>
    public IReadOnlyList<TestClass> Classes()
    {
        if (!File.Exists(Assembly))
            throw new TestRunException($"{Name} is not built: there is no {Assembly}");
        var start = new ProcessStartInfo("dotnet", [Assembly, "-noColor", "-list", "full/json"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new TestRunException($"{Name} does not list its tests: {output}");
        using var tests = JsonDocument.Parse(output);
        return
        [
            .. tests.RootElement.EnumerateArray()
                .GroupBy(test => test.GetProperty("Class").GetString()!)
                .Select(group => new TestClass(this, group.Key, [.. group.SelectMany(RunTraits).Distinct()])),
        ];
    }

    static IEnumerable<string> RunTraits(JsonElement test) =>
        test.TryGetProperty("Traits", out var traits) && traits.TryGetProperty("Run", out var values)
            ? values.EnumerateArray().Select(value => value.GetString()!)
            : [];
}

using System.Diagnostics;
using System.Globalization;

namespace CniBridge.TestRun;

/// <summary>The progress and the result of a run, as it is printed.</summary>
sealed class Report(int classCount, TextWriter output)
{
    const int SlowestCount = 15;

    readonly Lock changing = new();
    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly List<ClassResult> results = [];
    readonly List<Failure> failures = [];
    readonly Dictionary<string, int> skipped = [];
    int errors;

    public bool IsGood => Failed == 0 && Passed > 0;

    int Passed => results.Sum(result => result.Passed);

    int Failed => results.Sum(result => result.Failed) + errors;

    /// <summary>Adds a class that has ended.</summary>
    public void Add(ClassResult result)
    {
        lock (changing)
        {
            results.Add(result);
            Say($"{results.Count}/{classCount}  {result.Title}  {result.Counts}  {Seconds(result.Duration)}");
        }
    }

    /// <summary>Adds a test that failed; its class counts it.</summary>
    public void Add(Failure failure)
    {
        lock (changing)
        {
            failures.Add(failure);
            Say($"FAILED  {failure.Name}");
        }
    }

    /// <summary>Adds a failure that no class counts.</summary>
    public void AddError(Failure failure)
    {
        lock (changing)
        {
            errors++;
            Add(failure);
        }
    }

    public void AddSkipped(string reason)
    {
        lock (changing)
            skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
    }

    /// <summary>Says what runs now, for a reader who sees no progress.</summary>
    public void Remind(IEnumerable<ClassResult> running)
    {
        lock (changing)
        {
            var now = DateTimeOffset.UtcNow;
            Say("running: " + string.Join(", ", running.Select(each =>
                $"{each.Title.Replace("  ", " ", StringComparison.Ordinal)} ({each.Total} tests, {Seconds(now - each.Begin)})")));
        }
    }

    /// <summary>Prints the failures, what was skipped, the slowest classes and the counts.</summary>
    public void WriteSummary()
    {
        foreach (var failure in failures)
            output.WriteLine($"\n── {failure.Name}\n{failure.Text}");
        if (skipped.Count > 0)
            output.WriteLine("\nSkipped:");
        foreach (var (reason, count) in skipped.OrderByDescending(each => each.Value))
            output.WriteLine($"  {count,4}  {reason}");
        output.WriteLine("\nSlowest classes:");
        foreach (var result in results.OrderByDescending(result => result.Duration).Take(SlowestCount))
            output.WriteLine($"  {Seconds(result.Duration),7}  {result.Title}");
        output.WriteLine($"\nAll in {Seconds(clock.Elapsed)}.");
        output.WriteLine($"{Passed} passed, {Failed} failed, {results.Sum(result => result.Skipped)} skipped");
    }

    static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    void Say(string line) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds,6:0.0}  {line}"));
}

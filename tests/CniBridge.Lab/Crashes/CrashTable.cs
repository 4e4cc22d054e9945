using System.Globalization;

namespace CniBridge.Lab.Crashes;

/// <summary>The matrix as a table of Markdown.</summary>
static class CrashTable
{
    public static void Write(TextWriter output, IReadOnlyList<Place> places)
    {
        output.WriteLine("| verb | plugin | system call | places | killed | failed | with residue |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var step in ChainStep.All)
        {
            foreach (var row in places.Where(place => place.Step == step).GroupBy(NameOf))
                WriteRow(output, step, row.Key, [.. row]);
        }
    }

    /// <summary>"N places, N killed, N failed, N with residue".</summary>
    public static string Summary(IReadOnlyList<Place> places) => string.Create(CultureInfo.InvariantCulture,
        $"{CountPlaces(places)} places, {places.Count(place => place.Injection.Error is null)} killed, " +
        $"{places.Count(place => place.Injection.Error is not null)} failed, {places.Count(place => place.Problems.Count > 0)} with " +
            $"residue");

    static string NameOf(Place place) =>
        CallErrors.IsOfTheRuntime(place.Injection.Call) ? "of the runtime and the loader" : $"`{place.Injection.Call}`";

    static int CountPlaces(IEnumerable<Place> places) =>
        places.Select(place => (place.Step, place.Injection.Call, place.Injection.Number)).Distinct().Count();

    static void WriteRow(TextWriter output, ChainStep step, string name, List<Place> row)
    {
        var killed = row.Where(place => place.Injection.Error is null).ToList();
        var failed = row.Where(place => place.Injection.Error is not null).GroupBy(place => place.Injection.Error!)
            .Select(error => $"{error.Key}: {Endings(step, [.. error])}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {step.Verb} | {step.Plugin} | {name} | {CountPlaces(row)} | {Endings(step, killed)} | {string.Join("; ", failed)} | " +
            $"{row.Count(place => place.Problems.Count > 0)} |"));
    }

    static string Endings(ChainStep step, List<Place> row) => string.Join(", ", row.CountBy(place => place.Ending)
        .OrderBy(ending => ending.Key).Select(ending => $"{ending.Value} {Word(step, ending.Key)}"));

    static string Word(ChainStep step, Ending ending) => ending switch
    {
        Ending.Killed => step.Verb == "ADD" ? "removed by DEL" : $"finished by the next {step.Verb}",
        Ending.Refused => step.Verb == "ADD" ? "undone" : $"finished by the next {step.Verb}",
        Ending.Done => "done all the same",
        _ => step.Verb == "ADD" ? "aborted, removed by DEL" : $"aborted, finished by the next {step.Verb}",
    };
}

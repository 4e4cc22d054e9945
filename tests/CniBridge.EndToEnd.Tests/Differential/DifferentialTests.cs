using System.Diagnostics;
using System.Globalization;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>Runs tables of scenarios, each row at the same time on two nodes.</summary>
public abstract class DifferentialTests
{
    /// <summary>
    /// The time limit until a node is settled. The kernel reports the state of bridge ports up to a second late, and a busy machine adds to
    /// that.
    /// </summary>
    static readonly TimeSpan Settles = TimeSpan.FromSeconds(20);

    private protected static TheoryData<string> NamesOf(IEnumerable<Scenario> table) => [.. table.Select(scenario => scenario.Name)];

    // The value is determined once for all rows. A reason to skip is kept and thrown again for each row.
    static readonly Lazy<bool> IsPossible = new(() =>
    {
        // Go's macspoofchk runs nft.
        Requirement.Node("nft");
        Requirement.Ipv6();
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        return true;
    });

    private protected static void Compare(IEnumerable<Scenario> table, string name)
    {
        _ = IsPossible.Value;
        var scenario = table.Single(scenario => scenario.Name == name);
        Requirement.Programs([.. scenario.Programs]);
        var (goNode, ourNode) = Both(
            () => new DifferentialNode(scenario, PluginDirectory.Go),
            () => new DifferentialNode(scenario, PluginDirectory.UnderTest));
        using var go = goNode;
        using var ours = ourNode;

        var report = new List<string>();
        for (var number = 1; number <= scenario.Steps.Count; number++)
        {
            report.AddRange(RunStep(scenario, number, go, ours));
        }

        Assert.True(report.Count == 0, string.Join('\n', report));
    }

    /// <returns>The problems after the step; empty if there are none.</returns>
    static List<string> RunStep(Scenario scenario, int number, DifferentialNode go, DifferentialNode ours)
    {
        var step = scenario.Steps[number - 1];
        var before = step.ChangesNothing ? ours.Capture() : null;
        var (goAnswer, ourAnswer) = Both(() => go.Run(step), () => ours.Run(step));
        var problems = AwaitSameState(scenario, number, go, ours);
        if ((goAnswer.ExitCode != 0) != step.Fails)
        {
            problems.Add($"Go was expected to {(step.Fails ? "fail" : "succeed")}");
        }

        if (before is not null)
        {
            var changes = Comparison.Problems(StateOnly(before), StateOnly(ours.Capture()), [], number);
            problems.AddRange(changes.Select(change => $"ours changed {change}"));
        }

        return problems.Count == 0 ? [] : [
            string.Create(CultureInfo.InvariantCulture, $"step {number}, {step}"),
            .. problems, $"Go: {goAnswer}", $"ours: {ourAnswer}", ""];
    }

    static List<string> AwaitSameState(Scenario scenario, int number, DifferentialNode go, DifferentialNode ours)
    {
        var clock = Stopwatch.StartNew();
        List<string> problems;
        do
        {
            var (goState, ourState) = Both(go.Capture, ours.Capture);
            problems = Comparison.Problems(goState, ourState, scenario.Differences, number);
        }
        while (problems.Count > 0 && clock.Elapsed < Settles);

        return problems;
    }

    static SortedDictionary<string, string> StateOnly(SortedDictionary<string, string> state) =>
        new(state.Where(line => line.Key.Contains('/')
            && !line.Key.StartsWith("result", StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);

    static (T First, T Second) Both<T>(Func<T> first, Func<T> second)
    {
        var results = new T[2];
        Parallel.Invoke(() => results[0] = first(), () => results[1] = second());
        return (results[0], results[1]);
    }
}

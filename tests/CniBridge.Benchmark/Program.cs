using System.Globalization;
using CniBridge.Benchmark;

// The arguments are our plugins, Go's plugins, a work directory, the number of rounds, and the scenarios. scripts/bench passes them.
var rounds = 0;
if (args.Length < 4 || !int.TryParse(args[3], CultureInfo.InvariantCulture, out rounds) || rounds < 1)
{
    Console.Error.WriteLine("usage: scripts/bench [ROUNDS [SCENARIO...]]; scenarios: " +
        string.Join(' ', [.. Scenario.All.Select(scenario => scenario.Key), RepairRun.Key, RouteRounds.Key, DataPathRun.Key]));
    return 2;
}
Contender[] contenders = [new("ours", "ours", args[0], 81), new("Go", "go", args[1], 82)];
var empty = new Contender("empty", "none", args[0], 83, StaysEmpty: true);
var scenarios = Scenario.All.Where(scenario => args.Length == 4 || args.AsSpan(4).Contains(scenario.Key));
// Memory is measured with processes that a relay leaves behind, so they become our children.
LibC.Check(LibC.prctl(LibC.PR_SET_CHILD_SUBREAPER, 1), "prctl");
try
{
    var report = new Report(Console.Out);
    report.WriteHeader(contenders, rounds);
    foreach (var scenario in scenarios)
    {
        var race = Race.Of(scenario.IsLarge ? [.. contenders, empty] : contenders, scenario, args[2]);
        race.Run(rounds);
        report.Write(race);
    }
    if (args.Length == 4 || args.AsSpan(4).Contains(RepairRun.Key))
        new RepairRun(contenders[0], args[2], Console.Out).Run(Math.Min(rounds, RepairRun.MaxRounds));
    if (args.Length == 4 || args.AsSpan(4).Contains(RouteRounds.Key))
        new RouteRounds(args[0], args[2]).Run(Math.Min(rounds, RouteRounds.MaxRounds), Console.Out);
    if (args.Length == 4 || args.AsSpan(4).Contains(DataPathRun.Key))
        new DataPathRun(contenders, args[2], Console.Out).Run(Math.Min(rounds, DataPathRun.MaxRounds));
    return 0;
}
catch (BenchmarkException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

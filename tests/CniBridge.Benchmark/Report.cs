using System.Globalization;

namespace CniBridge.Benchmark;

/// <summary>The tables of the results.</summary>
sealed class Report(TextWriter output)
{
    internal void WriteHeader(IEnumerable<Contender> contenders, int rounds)
    {
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var date = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
        output.WriteLine($"{date}, Linux {kernel}, {Environment.ProcessorCount} CPUs, {rounds} rounds");
        foreach (var contender in contenders)
            output.WriteLine($"{contender.Name}: {contender.About()}, {contender.BinDirectory}");
        output.WriteLine("Whole processes: milliseconds and peak MiB; ratio: Go's time by ours in the same round;");
        output.WriteLine("empty: ours with no other reservation, and how many times that the full store takes.");
    }

    internal void Write(Race race)
    {
        output.WriteLine();
        output.WriteLine(race.Scenario.Name);
        output.WriteLine("                  min   median      p99      CPU   memory   ratio (quartiles)");
        foreach (var verb in Enum.GetValues<Verb>())
        {
            if (race[race.Contenders[0], verb].Walls.Count == 0)
                continue;
            foreach (var contender in race.Contenders)
                WriteLine(verb, contender, race[contender, verb], race);
        }
    }

    void WriteLine(Verb verb, Contender contender, Measurements measured, Race race)
    {
        var walls = new Quantiles(measured.Walls);
        var cpu = new Quantiles(measured.Cpus).Median;
        var memory = measured.PeakKilobytes == 0
            ? "-"
            : (measured.PeakKilobytes / 1024.0).ToString("0.0", CultureInfo.InvariantCulture);
        var ratio = contender == race.Contenders[0] ? Ratio(race, verb, race.Contenders[1])
            : contender.StaysEmpty ? Ratio(race, verb, contender)
            : "";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{verb,-8} {contender.Name,-5}{walls.Min,8:0.00} {walls.Median,8:0.00} {walls[0.99],8:0.00} ") +
            string.Create(CultureInfo.InvariantCulture, $"{cpu,8:0.00} {memory,8}   {ratio}").TrimEnd());
    }

    /// <summary>Returns the ratio of paired values, because noise in a round affects both contenders.</summary>
    static string Ratio(Race race, Verb verb, Contender peer)
    {
        var ours = race[race.Contenders[0], verb].Walls;
        var ratios = new Quantiles(race[peer, verb].Walls.Select((wall, round) => wall / ours[round]));
        return peer.StaysEmpty
            ? string.Create(CultureInfo.InvariantCulture, $"{1 / ratios.Median:0.00} times that")
            : string.Create(CultureInfo.InvariantCulture, $"{ratios.Median:0.0} ({ratios[0.25]:0.0} to {ratios[0.75]:0.0})");
    }
}

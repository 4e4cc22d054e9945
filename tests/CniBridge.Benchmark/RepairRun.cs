using System.Globalization;
using System.Text.RegularExpressions;

namespace CniBridge.Benchmark;

/// <summary>
/// Measures the time of cni-bridge repair after a flush of all rules, with pods that have masquerading, spoofing rules and, in part, host
/// ports. The Go plugins have no such command.
/// </summary>
sealed partial class RepairRun(Contender contender, string workDirectory, TextWriter output)
{
    internal const string Key = "repair";

    /// <summary>The maximum number of rounds, because each flush takes time in the kernel.</summary>
    internal const int MaxRounds = 50;

    const int Pods = 50;
    const int HostPorts = 20;

    static readonly Scenario s_plain = new("repair", Key, HasIPv6: true, Masquerade: true, SpoofCheck: true);

    internal void Run(int rounds)
    {
        var pods = MakePods();
        try
        {
            var rules = Rules();
            var times = new List<double>();
            for (var i = 0; i < rounds; i++)
                times.Add(RunRound(rules));
            var walls = new Quantiles(times);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""

                cni-bridge repair after nft flush ruleset, {Pods} pods of both families with ipMasq and macspoofchk, {HostPorts} host ports
                                  min   median      p99
                Repair   {contender.Name,-5}{walls.Min,8:0.00} {walls.Median,8:0.00} {walls[0.99],8:0.00}
                """));
        }
        finally
        {
            foreach (var (pod, _) in pods)
                pod.Dispose();
        }
    }

    List<(PodNamespace Pod, Attachment Attachment)> MakePods()
    {
        var pods = new List<(PodNamespace, Attachment)>();
        for (var i = 0; i < Pods; i++)
        {
            var pod = new PodNamespace(Path.Combine(workDirectory, $"netns-{Key}-{i}"));
            var attachment = new Attachment(contender, s_plain with { HostPorts = i < HostPorts ? 1 : 0 }, pod, workDirectory, i);
            pods.Add((pod, attachment));
            attachment.Run(Verb.Add);
            attachment.VerifyAdded();
        }
        return pods;
    }

    double RunRound(string rules)
    {
        Ruleset.Flush();
        if (Rules().Contains("cni-bridge", StringComparison.Ordinal))
            throw new BenchmarkException("the flush left rules");
        using var process = new PluginProcess([contender.Command, "repair"], ["PATH=/usr/bin:/bin"], "");
        process.Start();
        var outcome = process.Finish();
        if (outcome.ExitCode != 0)
            throw BenchmarkException.Of("repair", outcome);
        if (Rules() != rules)
            throw new BenchmarkException("repair made other rules than there were");
        return outcome.Wall;
    }

    /// <summary>Returns the sorted lines of all rules without counters, because the order of set elements varies.</summary>
    static string Rules() => string.Join('\n', Counter().Replace(Ruleset.Read(), "counter").Split('\n')
        .Select(line => line.Replace("elements = {", "", StringComparison.Ordinal).Trim(' ', '\t', ',', '}'))
            .Order(StringComparer.Ordinal));

    [GeneratedRegex("counter packets [0-9]+ bytes [0-9]+")]
    private static partial Regex Counter();
}

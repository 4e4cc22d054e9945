using System.Globalization;
using System.Security.Cryptography;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>
/// Tests of thousands of random calls, kills, disk failures, boots and losses beside the Go plugin: no address is assigned twice, and none
/// leaks. CNI_BRIDGE_MODEL_SEED repeats one seed.
/// </summary>
public sealed class ReservationModelTests(ITestOutputHelper output)
{
    const string Tiny = """[{"subnet":"10.0.0.0/29"}]""";
    const string Several = """[{"subnet":"10.0.0.0/29"},{"subnet":"10.1.0.0/28","rangeStart":"10.1.0.3","rangeEnd":"10.1.0.11"}]""";
    const string Wide = """[{"subnet":"2001:db8::/123"}]""";

    [Theory]
    [InlineData(1, Tiny, "")]
    [InlineData(2, Several + "," + Wide, "")]
    [InlineData(3, Several, ", \"reuseDelay\": 86400")]
    [InlineData(4, Wide + "," + Several, ", \"exclude\": [\"10.1.0.4-10.1.0.6\", \"2001:db8::10/126\"]")]
    public void No_address_is_assigned_twice_and_none_leaks(int seed, string ranges, string ipam)
    {
        var counts = Run(seed, ranges, ipam, 20_000);
        output.WriteLine(string.Join(", ", counts.Select(count => $"{count.Value} {count.Key}")));
        Assert.All(["given", "refused", "killed", "failed", "undone", "unfinished", "boot", "lose", "pause"],
            kind => Assert.True(counts.GetValueOrDefault(kind) > 50, kind));
    }

    // Each run ends with a DEL of all attachments, in any state.
    [Fact]
    public void The_model_holds_for_many_short_lived_pods()
    {
        for (var seed = 1000; seed < 1100; seed++)
            Run(seed, seed % 2 == 0 ? Tiny : Several + "," + Wide, "", 150);
    }

    // These seeds failed once: the last address of a hidden pod is assigned twice; a failed ADD deletes the link of a former attachment; an
    // ADD that cannot read its records assigns an address of a hidden pod.
    [Theory]
    [InlineData(87122)]
    [InlineData(221745)]
    [InlineData(104736)]
    [InlineData(733110)]
    public void The_model_holds_with_seeds_that_failed_before(int seed) => Run(seed, Several + "," + Wide, "", 5_000);

    [Fact]
    public void The_model_holds_with_a_random_seed() => Run(DrawSeed(), Several + "," + Wide, "", 5_000);

    static int DrawSeed() => Environment.GetEnvironmentVariable("CNI_BRIDGE_MODEL_SEED") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : 1 + RandomNumberGenerator.GetInt32(1_000_000);

    /// <returns>The number of events of each kind.</returns>
    SortedDictionary<string, int> Run(int seed, string ranges, string ipam, int steps)
    {
        using var run = new ModelRun(seed, ranges, ipam);
        output.WriteLine($"seed {seed}");
        try
        {
            run.Run(steps);
        }
        catch (Exception)
        {
            output.WriteLine($"the last steps:\n{run.Trace}");
            throw;
        }
        return run.Counts;
    }
}

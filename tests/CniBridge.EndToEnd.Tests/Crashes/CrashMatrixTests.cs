using CniBridge.EndToEnd.Tests.Support;
using CniBridge.Lab.Crashes;

namespace CniBridge.EndToEnd.Tests.Crashes;

/// <summary>
/// Tests of a part of scripts/crash-matrix: each call that changes something is interrupted or fails, with a random selection of the other
/// calls. The seed is printed.
/// </summary>
[RunsFirst]
public sealed class CrashMatrixTests
{
    /// <summary>The share of the calls without a change that is tested: one of this number.</summary>
    const int Rarity = 30;

    [Fact]
    public void A_failed_or_interrupted_system_call_of_ADD_DEL_or_GC_leaves_nothing()
    {
        Requirement.Node("strace", "nft");
        Requirement.Ipv6();
        var random = PseudoRandom.Create();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {random.Seed}");

        var places = new CrashMatrix(workers: 2, TextWriter.Null).Run((_, injection) => CallErrors.Changes(injection.Call)
            ? injection.Error is null || injection.Error == CallErrors.Of(injection.Call)[0]
            : random.Next(Rarity) == 0);

        Assert.Equal(ChainStep.All, places.Select(place => place.Step).Distinct());
        Assert.All(Enum.GetValues<Ending>(), ending => Assert.Contains(places, place => place.Ending == ending));
        var problems = places.Where(place => place.Problems.Count > 0).ToList();
        Assert.True(problems.Count == 0, $"seed {random.Seed}\n{string.Join('\n', problems)}");
    }
}

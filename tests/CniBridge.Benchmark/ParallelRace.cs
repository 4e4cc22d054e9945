using System.Diagnostics;

namespace CniBridge.Benchmark;

/// <summary>A race with concurrent calls, as on a starting node: all pods are added at once, and later deleted at once.</summary>
sealed class ParallelRace(Contender[] contenders, Scenario scenario, string workDirectory)
    : Race(contenders, scenario, workDirectory)
{
    /// <summary>The number of rounds of other races that have as many calls as one round here.</summary>
    const int RoundsPerRound = 20;

    protected override void Go(int rounds)
    {
        // The first is for warming up.
        for (var i = 0; i <= Math.Max(1, rounds / RoundsPerRound); i++)
        {
            foreach (var side in DrawOrder())
            {
                var pods = MakePods(Contenders[side], Scenario.Parallel);
                foreach (var verb in (ReadOnlySpan<Verb>)[Verb.Add, Verb.Del])
                {
                    var (wall, cpu) = RunAtOnce(verb, pods.ConvertAll(pod => pod.Attachment));
                    if (i > 0)
                        this[Contenders[side], verb].Add(wall, cpu);
                    foreach (var (_, attachment) in pods)
                        Verify(verb, attachment);
                }
                EndPods(pods);
            }
        }
    }

    static (double Wall, double Cpu) RunAtOnce(Verb verb, List<Attachment> attachments)
    {
        var processes = attachments.ConvertAll(attachment => attachment.Prepare(verb));
        var start = Stopwatch.GetTimestamp();
        foreach (var process in processes)
            process.Start();
        var outcomes = processes.ConvertAll(process => process.Finish());
        var wall = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        for (var i = 0; i < outcomes.Count; i++)
        {
            processes[i].Dispose();
            attachments[i].Accept(verb, outcomes[i]);
        }
        return (wall, outcomes.Sum(outcome => outcome.Cpu));
    }

    static void Verify(Verb verb, Attachment attachment)
    {
        if (verb == Verb.Add)
            attachment.VerifyAdded();
        else
            attachment.VerifyDeleted();
    }
}

namespace CniBridge.Benchmark;

/// <summary>A race with one pod after the other: ADD, DEL and VERSION.</summary>
sealed class SequentialRace(Contender[] contenders, Scenario scenario, string workDirectory)
    : Race(contenders, scenario, workDirectory)
{
    const int WarmUpRounds = 10;

    /// <summary>The interval in rounds at which an extra round measures memory and verifies the work of the plugins.</summary>
    const int InspectionInterval = 10;

    /// <summary>The number of rounds that create and delete their pods together.</summary>
    const int BatchLength = 50;

    /// <summary>
    /// The pause after a call, so that late work of the kernel, such as notifications of links, is not part of the next call.
    /// </summary>
    static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    protected override void Go(int rounds)
    {
        var total = WarmUpRounds + rounds;
        for (var first = 0; first < total; first += BatchLength)
        {
            var count = Math.Min(BatchLength, total - first);
            var pods = Contenders.Select(contender => MakePods(contender, count)).ToArray();
            for (var i = 0; i < count; i++)
            {
                foreach (var side in DrawOrder())
                {
                    var attachment = pods[side][i].Attachment;
                    if ((first + i) % InspectionInterval == 0)
                        Inspect(Contenders[side], attachment);
                    RunRound(Contenders[side], attachment, isMeasured: first + i >= WarmUpRounds);
                }
            }
            EndPods(pods.SelectMany(side => side));
        }
    }

    void RunRound(Contender contender, Attachment attachment, bool isMeasured)
    {
        foreach (var verb in Enum.GetValues<Verb>())
        {
            Thread.Sleep(s_pause);
            var outcome = attachment.Run(verb);
            if (isMeasured)
                this[contender, verb].Add(outcome.Wall, outcome.Cpu);
        }
    }

    void Inspect(Contender contender, Attachment attachment)
    {
        this[contender, Verb.Add].AddMemory(attachment.Run(Verb.Add, measuresMemory: true));
        attachment.VerifyAdded();
        this[contender, Verb.Del].AddMemory(attachment.Run(Verb.Del, measuresMemory: true));
        attachment.VerifyDeleted();
        this[contender, Verb.Version].AddMemory(attachment.Run(Verb.Version, measuresMemory: true));
    }
}

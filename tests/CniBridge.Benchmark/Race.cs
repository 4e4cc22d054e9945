using System.Security.Cryptography;

namespace CniBridge.Benchmark;

/// <summary>One scenario that all contenders run in turn. The order in a round is random, so that noise affects all alike.</summary>
abstract class Race(Contender[] contenders, Scenario scenario, string workDirectory)
{
    readonly Dictionary<(Contender, Verb), Measurements> _measurements = [];

    internal Scenario Scenario => scenario;

    internal IReadOnlyList<Contender> Contenders => contenders;

    internal Measurements this[Contender contender, Verb verb]
    {
        get
        {
            if (!_measurements.TryGetValue((contender, verb), out var found))
                _measurements[(contender, verb)] = found = new Measurements();
            return found;
        }
    }

    internal static Race Of(Contender[] contenders, Scenario scenario, string workDirectory) => scenario.Parallel > 1
        ? new ParallelRace(contenders, scenario, workDirectory)
        : new SequentialRace(contenders, scenario, workDirectory);

    internal void Run(int rounds)
    {
        foreach (var contender in contenders)
            contender.FillStore(scenario, workDirectory);
        Go(Math.Min(rounds, scenario.MaxRounds));
    }

    protected abstract void Go(int rounds);

    /// <summary>Creates pods before the measurement. Deletions occupy the kernel, so all pods are deleted together later.</summary>
    protected List<(PodNamespace Pod, Attachment Attachment)> MakePods(Contender contender, int count)
    {
        var pods = new List<(PodNamespace, Attachment)>();
        for (var i = 0; i < count; i++)
        {
            var pod = new PodNamespace(Path.Combine(workDirectory, $"netns-{contender.Key}-{i}"));
            pods.Add((pod, new Attachment(contender, scenario, pod, workDirectory, i)));
        }
        return pods;
    }

    protected static void EndPods(IEnumerable<(PodNamespace Pod, Attachment Attachment)> pods)
    {
        foreach (var (pod, _) in pods)
            pod.Dispose();
        // The kernel deletes namespaces in the background under the lock that plugins need.
        Thread.Sleep(TimeSpan.FromSeconds(0.5));
    }

    protected int[] DrawOrder()
    {
        var order = new int[contenders.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        RandomNumberGenerator.Shuffle<int>(order);
        return order;
    }
}

using System.Collections.Concurrent;

namespace CniBridge.Lab.Crashes;

/// <summary>Disturbs one system call of a chain's step in each run, and judges the remaining state.</summary>
/// <param name="workers">The number of nodes that work at the same time.</param>
/// <param name="log">The output for problems, written at once.</param>
sealed class CrashMatrix(int workers, TextWriter log)
{
    readonly Dictionary<ChainStep, ChainJudge> judges = [];
    readonly ConcurrentQueue<(int Order, ChainStep Step, Injection Injection)> queue = new();
    readonly ConcurrentBag<(int Order, Place Place)> places = [];

    /// <summary>Returns the results in the order of the steps and, inside a step, of the first call with a name.</summary>
    public IReadOnlyList<Place> Run(Func<ChainStep, Injection, bool> isWanted)
    {
        using (var node = new ChainNode())
        {
            foreach (var step in ChainStep.All)
                Plan(node, step, isWanted);
        }
        var threads = Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(
            Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Task.WhenAll(threads).GetAwaiter().GetResult();
        return [.. places.OrderBy(place => place.Order).Select(place => place.Place)];
    }

    void Plan(ChainNode node, ChainStep step, Func<ChainStep, Injection, bool> isWanted)
    {
        // The second run of a step shows the calls that it always makes.
        node.Run(step, ["-e", "trace=none"]);
        var (report, calls) = node.Trace(step);
        judges[step] = new ChainJudge(step, report);
        foreach (var call in calls.CountBy(call => call))
        {
            var injections = Enumerable.Range(1, call.Value).SelectMany(number =>
                CallErrors.Of(call.Key).Prepend(null).Select(error => new Injection(call.Key, number, error)));
            foreach (var injection in injections.Where(injection => isWanted(step, injection)))
                queue.Enqueue((queue.Count, step, injection));
        }
    }

    void Work()
    {
        using var node = new ChainNode();
        while (queue.TryDequeue(out var next))
        {
            var report = node.Run(next.Step, next.Injection.Options);
            if (judges[next.Step].Judge(next.Injection, report) is not { } place)
                continue;
            places.Add((next.Order, place));
            if (place.Problems.Count > 0)
                log.WriteLine($"{next.Order} {place}");
        }
    }
}

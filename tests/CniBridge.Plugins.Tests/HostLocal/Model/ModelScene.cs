using CniBridge.Plugins.HostLocal.Ranges;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>The shared state of the steps of a run.</summary>
sealed class ModelScene : IDisposable
{
    const int StepsTold = 40;

    readonly TemporaryDirectory _root = TemporaryDirectory.InMemory();
    readonly Queue<string> _trace = new();

    /// <param name="ranges">The network's range sets as they are written.</param>
    /// <param name="ipam">More keys, each with a comma before it.</param>
    internal ModelScene(int seed, string ranges, string ipam)
    {
        Random = new PseudoRandom(seed);
        Store = new ModelStore(_root);
        Plugin = new ModelPlugin(Node, Store, ranges, ipam);
        Sets = Plugin.ReadRangeSets();
        Judge = new ModelJudge(Node, Store, Sets);
    }

    public void Dispose() => _root.Dispose();

    internal PseudoRandom Random { get; }

    internal ModelNode Node { get; } = new();

    internal ModelStore Store { get; }

    internal ModelPlugin Plugin { get; }

    internal ModelJudge Judge { get; }

    internal IReadOnlyList<RangeSet> Sets { get; }

    /// <summary>The number of events of each kind.</summary>
    internal SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>The last steps, oldest first.</summary>
    internal string Trace => string.Join('\n', _trace);

    /// <param name="what">The event; its first word is counted.</param>
    internal void Tell(string what)
    {
        _trace.Enqueue(what);
        if (_trace.Count > StepsTold)
            _trace.Dequeue();
        var kind = what.Split(' ')[0];
        Counts[kind] = Counts.GetValueOrDefault(kind) + 1;
    }
}

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>One random life of a network on a node with runtimes, the Go plugin, an operator and power failures.</summary>
sealed class ModelRun : IDisposable
{
    readonly ModelScene _scene;
    readonly ModelAdds _adds;
    readonly (int Weight, Action Step)[] _steps;

    /// <param name="ranges">The network's range sets as they are written.</param>
    /// <param name="ipam">More keys, each with a comma before it.</param>
    internal ModelRun(int seed, string ranges, string ipam)
    {
        _scene = new ModelScene(seed, ranges, ipam);
        _adds = new ModelAdds(_scene);
        var (calls, events) = (new ModelCalls(_scene), new ModelEvents(_scene));
        _steps =
        [
            (36, _adds.Add), (18, calls.Delete), (6, calls.Check), (2, calls.CollectGarbage), (1, calls.FreeLeaks),
            (10, events.EndContainer), (5, events.ForgetLinks), (2, events.HideContainer),
            (5, events.AddByGo), (4, events.DeleteByGo), (1, events.CrashGo),
            (1, events.Reboot), (1, events.LoseReservations), (1, events.LoseRecords), (2, events.LetTimePass),
        ];
    }

    public void Dispose() => _scene.Dispose();

    internal SortedDictionary<string, int> Counts => _scene.Counts;

    internal string Trace => _scene.Trace;

    internal void Run(int steps)
    {
        var totalWeight = _steps.Sum(step => step.Weight);
        for (var i = 0; i < steps; i++)
        {
            var drawn = _scene.Random.Next(totalWeight);
            _steps[Array.FindIndex(_steps, one => (drawn -= one.Weight) < 0)].Step();
            _scene.Judge.AssertNoReservationLeaks();
        }
        var end = new ModelEnd(_scene);
        end.DeleteAll();
        end.FillAll(_adds);
    }
}

using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>Steps of a run.</summary>
abstract class ModelSteps(ModelScene scene)
{
    internal const int Containers = 24;

    protected PseudoRandom Random => scene.Random;

    protected ModelNode Node => scene.Node;

    protected ModelStore Store => scene.Store;

    protected ModelPlugin Plugin => scene.Plugin;

    protected ModelJudge Judge => scene.Judge;

    protected IReadOnlyList<RangeSet> Sets => scene.Sets;

    protected void Tell(string what) => scene.Tell(what);

    protected bool Draw(int percent) => Random.Next(100) < percent;

    protected T? Pick<T>(IEnumerable<T> among)
        where T : class => among.ToList() is { Count: > 0 } list ? list[Random.Next(list.Count)] : null;

    protected ReservationOwner DrawOwner() => new($"c{Random.Next(Containers)}", Draw(80) ? "eth0" : "eth1");

    protected Disturbance DrawDisturbance() => Random.Next(100) switch
    {
        < 14 => new Disturbance(Random.Next(14), IsKill: true),
        < 20 => new Disturbance(Random.Next(14), IsKill: false),
        _ => Disturbance.None,
    };

    /// <summary>Runs a call and returns its failure.</summary>
    /// <returns>The failure of the call, or null, and whether the call was disturbed.</returns>
    protected (Exception? Failure, bool IsDisturbed) Call(Disturbance disturbance, Action call)
    {
        Exception? failure = null;
        var isDisturbed = Judge.Watch(disturbance, () =>
        {
            try
            {
                call();
            }
            catch (Exception e) when (e is CniException or IOException)
            {
                failure = e;
            }
        });
        return (failure, isDisturbed);
    }
}

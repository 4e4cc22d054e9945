using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>How a run ends.</summary>
sealed class ModelEnd(ModelScene scene) : ModelSteps(scene)
{
    /// <summary>DEL of all that ever were leaves nothing.</summary>
    internal void DeleteAll()
    {
        Tell("end all");
        foreach (var owner in Enumerable.Range(0, Containers)
            .SelectMany(i => new ReservationOwner[] { new($"c{i}", "eth0"), new($"c{i}", "eth1") }))
        {
            Node.End(owner.ContainerId, leavesLinks: false);
            Judge.Watch(Disturbance.None, () => Plugin.Delete(owner, ""));
            Node.Pods.Remove(owner);
        }
        Judge.AssertAllAreSomebodys();
        Assert.Empty(Store.Records());
    }

    /// <summary>There is room for as many as the ranges have addresses.</summary>
    internal void FillAll(ModelAdds adds)
    {
        var room = Sets.Min(set => Candidates.List(set, null).Count());
        for (var i = 0; i < room; i++)
        {
            var owner = new ReservationOwner($"last{i}", "eth0");
            adds.Run(new ModelAdd(owner, Node.NamespaceOf(owner.ContainerId, isPathNew: false), true, false, null), Disturbance.None, null);
        }
        Assert.Equal(
            room * Sets.Count, Store.Reservations.Values.Count(owner => owner.ContainerId.StartsWith("last", StringComparison.Ordinal)));
    }
}

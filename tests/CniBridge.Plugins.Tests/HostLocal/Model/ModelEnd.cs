using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>Ends a run and checks the final state.</summary>
sealed class ModelEnd(ModelScene scene) : ModelSteps(scene)
{
    /// <summary>Asserts that DEL of all attachments leaves nothing.</summary>
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
        Judge.AssertNoReservationLeaks();
        Assert.Empty(Store.Records());
    }

    /// <summary>Asserts that the ranges can be filled completely.</summary>
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

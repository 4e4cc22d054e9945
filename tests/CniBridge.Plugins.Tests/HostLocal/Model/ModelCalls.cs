using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>Runs DEL, CHECK, GC and the cleanup of the operator command.</summary>
sealed class ModelCalls(ModelScene scene) : ModelSteps(scene)
{
    internal void Delete()
    {
        if (Pick(Node.Pods.Values) is not { } pod)
            return;
        var disturbance = DrawDisturbance();
        Tell($"DEL {pod}{disturbance}");
        Node.TakeDown(pod);
        var (failure, isDisturbed) = Call(disturbance, () => Plugin.Delete(pod.Owner, Draw(50) ? pod.Origins[^1].Path : ""));
        if (failure is null && !(isDisturbed && disturbance.IsKill))
            Node.Pods.Remove(pod.Owner);
        else
            Tell("unfinished");
    }

    internal void Check()
    {
        if (Pick(Node.Pods.Values) is not { } pod)
            return;
        var isReserved = Store.AddressesOf(pod.Owner).Count > 0;
        Tell($"CHECK {pod}: {isReserved}");
        var names = Store.Names();
        if (isReserved)
            Plugin.Check(pod.Owner, pod.Origins[^1].Path);
        else
            Assert.Throws<CniException>(() => Plugin.Check(pod.Owner, pod.Origins[^1].Path));
        Assert.Equal(names, Store.Names());
    }

    internal void CollectGarbage()
    {
        var valid = Node.Pods.Values.Where(pod => pod.IsUp || Draw(50)).ToList();
        var garbage = Node.Pods.Values.Except(valid).ToList();
        var disturbance = DrawDisturbance();
        Tell($"GC of {string.Join(", ", garbage)}{disturbance}");
        garbage.ForEach(pod => Node.TakeDown(pod));
        var (failure, isDisturbed) = Call(disturbance, () => Plugin.CollectGarbage(valid.Select(pod => pod.Owner)));
        if (failure is null && !(isDisturbed && disturbance.IsKill))
            garbage.ForEach(pod => Node.Pods.Remove(pod.Owner));
    }

    internal void FreeLeaks()
    {
        var disturbance = DrawDisturbance();
        Tell($"free leaks{disturbance}");
        var (_, isDisturbed) = Call(disturbance, Plugin.FreeLeaks);
        Judge.AssertOnlyLeaksAreFreed(isComplete: !isDisturbed);
    }
}

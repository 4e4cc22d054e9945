using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>Runs ADD and updates the model.</summary>
sealed class ModelAdds(ModelScene scene) : ModelSteps(scene)
{
    internal void Add()
    {
        var owner = DrawOwner();
        var former = Node.Pods.GetValueOrDefault(owner);
        // The runtime must prevent a second container beside one that is unknown here.
        if (former is { IsUp: true } && !Node.IsProvenUp(former) && Store.AddressesOf(owner).Count == 0)
            return;
        var wanted = Draw(6) ? Pick(Candidates.List(Sets[0], null))?.Address : null;
        var call = new ModelAdd(owner, Node.NamespaceOf(owner.ContainerId, Draw(30)), IsBridge: Draw(70), IsUndone: Draw(6), wanted);
        var disturbance = DrawDisturbance();
        Tell($"ADD {call}{disturbance}");
        Run(call, disturbance, former);
    }

    internal void Run(ModelAdd call, Disturbance disturbance, ModelPod? former)
    {
        IReadOnlyList<IpAddress>? given = null;
        var (refusal, isDisturbed) = Call(disturbance, () => given = Plugin.Add(call));
        Judge.AssertNothingIsTaken();
        if (isDisturbed && disturbance.IsKill)
            NoteKilled(call, former);
        else if (refusal is not null)
            NoteRefused(call, refusal, isDisturbed);
        else
            NoteAdded(call, given!, isDisturbed, former);
        if (!isDisturbed)
            Judge.AssertLivingAreReserved();
    }

    void NoteKilled(ModelAdd call, ModelPod? former)
    {
        Tell("killed");
        if (former is null || (!former.IsUp && Judge.HeldBefore(call.Owner).Count == 0))
            Node.Pods[call.Owner] = new ModelPod(call.Owner) { Origins = [call.Origin] };
        else if (!former.Origins.Contains(call.Origin))
            former.Origins.Insert(former.IsUp ? 0 : former.Origins.Count, call.Origin);
    }

    void NoteRefused(ModelAdd call, Exception refusal, bool isDisturbed)
    {
        Tell($"{(isDisturbed ? "failed" : "refused")} {refusal.Message}");
        // If the undo itself was disturbed, DEL may have to clean up.
        if (!isDisturbed || refusal.Message.Contains(Disturbance.Text, StringComparison.Ordinal))
            Judge.AssertNothingNew(call.Owner);
        if (!isDisturbed)
            Judge.AssertRefusal(Assert.IsType<CniException>(refusal), call);
        else
            NoteDoubt(call);
    }

    /// <summary>Marks the record as unknown: it may be the old one, that of this call, or missing.</summary>
    void NoteDoubt(ModelAdd call)
    {
        if (!Node.Pods.TryGetValue(call.Owner, out var pod))
        {
            if (Store.AddressesOf(call.Owner).Count == 0)
                return;
            Node.Pods[call.Owner] = pod = new ModelPod(call.Owner);
        }
        pod.Known = pod.Known == Knowledge.Nothing ? Knowledge.Nothing : Knowledge.Perhaps;
        if (!pod.Origins.Contains(call.Origin))
            pod.Origins.Insert(pod.IsUp ? 0 : pod.Origins.Count, call.Origin);
    }

    void NoteAdded(ModelAdd call, IReadOnlyList<IpAddress> given, bool isDisturbed, ModelPod? former)
    {
        Assert.True(former is not { IsUp: true }, $"{call.Owner} lives, and was added again");
        if (call.IsUndone)
        {
            Tell("undone");
            if (isDisturbed)
                NoteDoubt(call);
            else
                Judge.AssertNothingNew(call.Owner);
            return;
        }
        Tell($"given {string.Join(' ', given)}");
        Judge.AssertGiven(call, given, isDisturbed);
        var pod = new ModelPod(call.Owner) { Origins = [call.Origin], Known = isDisturbed ? Knowledge.Perhaps : Knowledge.Recorded };
        Node.Pods[call.Owner] = pod;
        // Or the main plugin is killed before it has created the interface.
        if (!Draw(6))
            Node.BringUp(pod, given, call.IsBridge);
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Ranges;

namespace CniBridge.Plugins.Tests.HostLocal.Model;

/// <summary>Causes events between calls: pods end, the Go plugin works, the node boots, and an operator deletes files.</summary>
sealed class ModelEvents(ModelScene scene) : ModelSteps(scene)
{
    internal void EndContainer()
    {
        if (Pick(Node.Pods.Values) is not { } pod)
            return;
        var leavesLinks = Draw(20);
        Tell($"end {pod.Owner.ContainerId}{(leavesLinks ? ", its links stay for now" : "")}");
        Node.End(pod.Owner.ContainerId, leavesLinks);
    }

    internal void ForgetLinks()
    {
        Tell("links of ended namespaces go");
        foreach (var pod in Node.Pods.Values.Where(pod => !pod.IsUp))
            Node.View.HostLinks.Remove(pod.Attachment);
    }

    internal void HideContainer()
    {
        if (Pick(Node.Living) is not { } pod)
            return;
        Tell($"hide {pod.Owner.ContainerId}");
        Node.Hide(pod.Owner.ContainerId);
    }

    /// <summary>Returns free addresses that no running pod uses, because the Go plugin ignores pods without a reservation.</summary>
    List<IpAddress> DrawFreeAddresses()
    {
        var taken = Store.Reservations;
        var drawn = Sets.Select(set => Pick(Candidates.List(set, null)
            .Where(one => !taken.ContainsKey(one.Address) && Node.UserOf(one.Address) is null))?.Address);
        return [.. drawn.OfType<IpAddress>()];
    }

    internal void AddByGo()
    {
        var owner = DrawOwner();
        var addresses = DrawFreeAddresses();
        if (Node.Pods.ContainsKey(owner) || addresses.Count < Sets.Count)
            return;
        Tell($"Go ADD {owner.ContainerId} {owner.InterfaceName}: {string.Join(' ', addresses)}");
        foreach (var address in addresses)
            Store.WriteAsGo(address, $"{owner.ContainerId}\r\n{owner.InterfaceName}");
        var pod = new ModelPod(owner) { Origins = [Node.NamespaceOf(owner.ContainerId, Draw(30))], Known = Knowledge.Nothing };
        Node.Pods[owner] = pod;
        Node.BringUp(pod, addresses, hasLink: false);
    }

    /// <summary>
    /// Deletes an attachment as the Go plugin does: it releases the addresses first and may be killed before it deletes the interface.
    /// </summary>
    internal void DeleteByGo()
    {
        if (Pick(Node.Pods.Values) is not { } pod)
            return;
        var isKilled = Draw(15);
        Tell($"Go DEL {pod}{(isKilled ? " killed" : "")}");
        Store.DeleteAsGo(pod.Owner);
        if (isKilled)
            return;
        Node.TakeDown(pod);
        Node.Pods.Remove(pod.Owner);
    }

    internal void CrashGo()
    {
        if (Pick(DrawFreeAddresses()) is not { } address)
            return;
        Tell($"Go ADD killed: {address} has no content");
        Store.WriteAsGo(address, "");
    }

    internal void LetTimePass()
    {
        var seconds = Random.Next(600);
        Tell($"pause of {seconds} seconds");
        Store.LetTimePass(TimeSpan.FromSeconds(seconds));
    }

    internal void Reboot()
    {
        var losesPower = Draw(30);
        Tell($"boot{(losesPower ? " after a loss of power" : "")}");
        Node.Reboot();
        Store.Reboot();
        if (!losesPower)
            return;
        Store.TearRecords(Random.Next);
        foreach (var pod in Node.Pods.Values.Where(pod => pod.Known == Knowledge.Recorded))
            pod.Known = Knowledge.Perhaps;
    }

    internal void LoseReservations()
    {
        var withDirectory = Draw(50);
        Tell($"lose the reservations{(withDirectory ? " and their directory" : "")}");
        Store.LoseReservations(withDirectory);
    }

    internal void LoseRecords()
    {
        Tell("lose the records");
        Store.LoseRecords();
        foreach (var pod in Node.Pods.Values)
            pod.Known = Knowledge.Nothing;
    }
}

using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>ADD: adds all ports or none. Returns the result of the previous plugin unchanged.</summary>
sealed class PortMapAdd(
    CniRequest request, PortMapConfig config, INodePorts node, Records<HostPortRecord> records, IConntrack conntrack)
{
    readonly HostPortOwners _owners = new(node, records, request.Log);

    internal CniResult Run()
    {
        var previous = CniResultReader.ReadPrevious(request.Config)
            ?? throw new CniException(CniErrorCode.InvalidConfig, "must be called as chained plugin",
                "there is no prevResult: portmap comes after the plugin that makes the interface");
        CniResultWriter.CheckConvertible(previous.Ips.Count > 0, request.Version);
        if (config.Mappings.Count == 0)
            return previous;
        var record = MakeRecord(request, config, previous, node);
        var wanted = HostPortElement.List(record);
        if (wanted.Count == 0)
        {
            request.Log.WriteLine("no host port is set up: the pod has no address of the family of any mapping");
            return previous;
        }
        Make(record, wanted);
        return previous;
    }

    void Make(HostPortRecord record, List<HostPortElement> wanted)
    {
        // A conflict must be found before any change.
        _owners.Plan(wanted);
        using var undo = new Rollback(request.Log);
        var former = records.TryRead(record.Name);
        if (former is not null)
            RemoveOutdated(former, wanted);
        // The record precedes the first element, so that every element in the kernel can be found by it.
        undo.Push("take back the record of the host ports", () => TakeBack(record, former));
        if (former is null)
            records.TrySave(record, request.Log);
        // DEL uses the record, and the former one does not contain all ports.
        else
            records.Save(record);
        var change = _owners.Make(wanted, undo);
        foreach (var pod in record.Pods)
        {
            if (record.ServesLocalhost(pod))
                node.AllowLocalhost(pod.Link!);
        }
        undo.Cancel();
        Forget(wanted, change);
    }

    /// <summary>Removes the elements of an earlier ADD of the attachment that this one does not need.</summary>
    void RemoveOutdated(HostPortRecord former, List<HostPortElement> wanted)
    {
        var kept = new Dictionary<string, HostPortElement>();
        foreach (var element in wanted)
            kept[element.Key] = element;
        var outdated = HostPortElement.List(former).FindAll(
            element => !kept.TryGetValue(element.Key, out var same) || !same.LeadsTo(element.Element));
        if (outdated.Count > 0)
            _owners.Remove(outdated);
    }

    void TakeBack(HostPortRecord record, HostPortRecord? former)
    {
        if (former is not null)
            records.TrySave(former, request.Log);
        else
            records.TryDelete(record.Name, request.Log);
    }

    /// <summary>
    /// Flushes connections that would bypass the new ports. The kernel cannot see that a sender of datagrams starts anew, so all UDP
    /// connections of the ports are flushed. Of other protocols, only connections to the port's stale owner are.
    /// </summary>
    void Forget(List<HostPortElement> made, HostPortChange change)
    {
        var stale = new List<StaleConnections>();
        foreach (var element in made)
        {
            if (element.Flow is { Protocol: TransportProtocol.Udp } flow)
                stale.Add(new StaleConnections(flow, FlowEnd.Elsewhere));
        }
        foreach (var element in change.Removed)
        {
            if (element.Flow is { Protocol: not TransportProtocol.Udp } flow)
                stale.Add(new StaleConnections(flow, FlowEnd.Pod));
        }
        _owners.TryForget(stale, conntrack);
    }

    internal static HostPortRecord MakeRecord(CniRequest request, PortMapConfig config, CniResult previous, INodePorts node)
    {
        var pods = new List<PodAddress>();
        foreach (var address in PodAddress.Find(previous, request.Environment.InterfaceName))
            pods.Add(new PodAddress(address, config.Masquerades ? node.FindLink(address) : null));
        return new HostPortRecord(RecordOwner.From(request))
        {
            Mappings = config.Mappings,
            Pods = pods,
            Masquerades = config.Masquerades,
            MasqueradesAll = config.MasqueradesAll,
        };
    }
}

using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>
/// GC: removes the ports of stale attachments of the network, including those of the Go plugin. Continues after failures and reports
/// them together.
/// </summary>
sealed class PortMapGarbage(CniRequest request, INodePorts node, Records<HostPortRecord> records, IConntrack conntrack)
{
    readonly Failures _failures = new();
    readonly HostPortOwners _owners = new(node, records, request.Log);

    internal void Run()
    {
        var valid = ValidAttachments.Parse(CniJson.Decode(request.Config, GarbageJson.Read, "network config"));
        GoRules.TryDelete(() => node.CollectGoPorts(request.NetworkName, valid), request.Log);
        var stale = new List<StaleConnections>();
        foreach (var record in records.ReadAll())
        {
            var attachment = record.Owner.Attachment;
            if (attachment.Network == request.NetworkName && !valid.Contains(attachment.ContainerId, attachment.InterfaceName))
                _failures.Try(() => stale.AddRange(_owners.Remove(record)));
        }
        // One pass for all ports, because each pass reads all connections of the node.
        _owners.TryForget(stale, conntrack);
        _failures.Try(() => RemoveUnrecorded(valid));
        _failures.ThrowIfAny("GC is not complete");
    }

    /// <summary>Removes elements without a record whose comment names a stale attachment of the network.</summary>
    void RemoveUnrecorded(ValidAttachments valid)
    {
        var living = new HashSet<string>();
        foreach (var attachment in valid.List(request.NetworkName))
            living.Add(ElementOwner.Format(attachment));
        var prefix = ElementOwner.PrefixOf(request.NetworkName);
        var garbage = new List<HostPortElement>();
        foreach (var element in node.List())
        {
            if (element.Owner.StartsWith(prefix, StringComparison.Ordinal) && !living.Contains(element.Owner))
                garbage.Add(element);
        }
        if (garbage.Count > 0)
            _owners.Remove(garbage);
    }
}

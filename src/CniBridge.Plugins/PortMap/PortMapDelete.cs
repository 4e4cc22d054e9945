using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>
/// DEL: the attachment's ports by its record, whatever the request says of them; without a record those of the request that
/// are there and say that they are the attachment's. However often.
/// </summary>
sealed class PortMapDelete(CniRequest request, INodePorts node, Records<HostPortRecord> records, IConntrack conntrack)
{
    internal void Run()
    {
        var name = HostPortRecord.NameOf(request.Attachment);
        if (records.TryRead(name) is { } record)
            Remove(record);
        else if (TryReadMappings() is { Count: > 0 } mappings)
            RemoveUnrecorded(mappings);
    }

    /// <summary>Whose record is lost; or who was never ours.</summary>
    void RemoveUnrecorded(IReadOnlyList<PortMapping> mappings)
    {
        GoRules.TryDelete(() => node.DeleteGoPorts(request.NetworkName, request.Environment.ContainerId), request.Log);
        if (FindUnrecorded(mappings) is { } record)
            Remove(record);
    }

    void Remove(HostPortRecord record)
    {
        var owners = new HostPortOwners(node, records, request.Log);
        owners.TryForget(owners.Remove(record), conntrack);
    }

    /// <summary>A record as ADD would have written it, from the ports that are there; null when there is none.</summary>
    HostPortRecord? FindUnrecorded(IReadOnlyList<PortMapping> mappings)
    {
        var record = new HostPortRecord(RecordOwner.Of(request))
        {
            Mappings = mappings,
            Masquerades = true,
            MasqueradesAll = true,
        };
        var pods = new List<PodAddress>();
        // Of any pod: an element is found by its port.
        foreach (var anyPod in (ReadOnlySpan<IpAddress>)[Cidr.Default(false).Address, Cidr.Default(true).Address])
        {
            foreach (var element in HostPortElement.Of(record with { Pods = [new PodAddress(anyPod, null)] }))
            {
                if (element.Mapping is null || node.Find(element) is not { } found || found.Comment != element.Owner)
                    continue;
                if (element.As(found).Flow is { } flow && !pods.Exists(pod => pod.Address == flow.PodAddress))
                    pods.Add(new PodAddress(flow.PodAddress, node.FindLink(flow.PodAddress)));
            }
        }
        return pods.Count == 0 ? null : record with { Pods = pods };
    }

    /// <summary>
    /// Returns the mappings that can be read, each port once; logs the others. A wrong mapping must not keep DEL from removing
    /// the rest.
    /// </summary>
    IReadOnlyList<PortMapping> TryReadMappings()
    {
        var mappings = new DistinctMappings();
        try
        {
            var json = CniJson.Decode(request.Config, PortMapDeleteJson.Read, "network config");
            foreach (var mapping in CniResultReader.Each(json.RuntimeConfig?.PortMappings, "runtimeConfig.portMappings", TryRead))
            {
                // Of two targets of one port either will do: DEL finds elements by their port.
                if (mapping is not null)
                    _ = mappings.TryAdd(mapping, 0);
            }
        }
        catch (CniException e)
        {
            request.Log.WriteLine($"without the port mappings of the request: {e.Message}");
        }
        return mappings.Mappings;
    }

    PortMapping? TryRead(PortMappingJson json, string key)
    {
        try
        {
            return PortMapping.Parse(json, key);
        }
        catch (CniException e)
        {
            request.Log.WriteLine($"without {key}: {e.Message}");
            return null;
        }
    }
}

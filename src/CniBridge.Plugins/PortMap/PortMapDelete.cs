using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>
/// DEL: removes the attachment's host ports from its record. Without a record it removes the ports of the request whose elements
/// name the attachment. It may run any number of times.
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

    /// <summary>Removes the ports of an attachment whose record is lost, or that the Go plugin created.</summary>
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

    /// <summary>Returns a record as ADD would have written it, from the elements in the kernel, or null if there are none.</summary>
    HostPortRecord? FindUnrecorded(IReadOnlyList<PortMapping> mappings)
    {
        var record = new HostPortRecord(RecordOwner.From(request))
        {
            Mappings = mappings,
            Masquerades = true,
            MasqueradesAll = true,
        };
        var pods = new List<PodAddress>();
        // The pod's address does not matter: an element is found by its port.
        foreach (var anyPod in
            (ReadOnlySpan<IpAddress>)[Cidr.Default(AddressFamily.IPv4).Address, Cidr.Default(AddressFamily.IPv6).Address])
        {
            foreach (var element in HostPortElement.List(record with { Pods = [new PodAddress(anyPod, null)] }))
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
    /// Returns the readable mappings, each port once, and logs the others. An invalid mapping must not prevent DEL from removing the
    /// rest.
    /// </summary>
    IReadOnlyList<PortMapping> TryReadMappings()
    {
        var mappings = new DistinctMappings();
        try
        {
            var json = CniJson.Decode(request.Config, PortMapDeleteJson.Read, "network config");
            foreach (var mapping in CniResultReader.Each(json.RuntimeConfig?.PortMappings, "runtimeConfig.portMappings", TryRead))
            {
                // If a port has two targets, either is sufficient, because DEL finds elements by their port.
                if (mapping is not null)
                    _ = mappings.TryAdd(mapping, 0);
            }
        }
        catch (CniException e)
        {
            request.Log.WriteLine($"ignoring the port mappings of the request: {e.Message}");
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
            request.Log.WriteLine($"ignoring {key}: {e.Message}");
            return null;
        }
    }
}

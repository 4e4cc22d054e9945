using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.PortMap;

/// <summary>The missing elements and rules of the pods' host ports.</summary>
sealed class HostPortLosses(INodePorts node)
{
    /// <summary>Returns one line for each missing part. An element that now belongs to another pod is not missing.</summary>
    internal List<string> Find(IReadOnlyList<HostPortRecord> records)
    {
        var elements = new List<HostPortElement>();
        foreach (var record in records)
            elements.AddRange(HostPortElement.List(record));
        var lost = new List<string>();
        foreach (var family in AddressFamilies.All)
        {
            if (elements.Exists(element => element.Family == family) && node.FindDamage(family) is { } damage)
                lost.Add($"rules of host ports ({damage})");
        }
        foreach (var element in elements)
        {
            if (element.Mapping is not null && node.Find(element) is null)
                lost.Add($"{element.What} of {element.Owner}");
        }
        foreach (var record in records)
            AddSettings(record, lost);
        return lost;
    }

    void AddSettings(HostPortRecord record, List<string> lost)
    {
        foreach (var pod in record.Pods)
        {
            if (record.ServesLocalhost(pod) && !node.AllowsLocalhost(pod.Link!))
                lost.Add($"net.ipv4.conf.{pod.Link}.route_localnet for {record.OwnerName}");
        }
    }
}

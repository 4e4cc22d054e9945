using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>Puts back the host ports of living pods, as their records have them, after somebody flushed the rules.</summary>
sealed class PortMapRepair(NodePorts node, Records<HostPortRecord> records)
{
    /// <returns>What was missing, a line each.</returns>
    internal List<string> Run()
    {
        var living = records.ReadAll().FindAll(record => record.Owner.IsAlive);
        var restored = new List<string>();
        foreach (var record in living)
            FindMissing(record, restored);
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (living.Exists(record => record.Pods.Any(pod => pod.Address.IsV6 == isV6)) && node.FindDamage(isV6) is { } damage)
                restored.Add($"host ports: {damage}");
        }
        if (restored.Count > 0)
            node.Restore(living);
        return restored;
    }

    /// <summary>What is another's now stays so.</summary>
    void FindMissing(HostPortRecord record, List<string> missing)
    {
        foreach (var element in HostPortElement.Of(record))
        {
            if (element.Mapping is not null && node.Find(element) is null)
                missing.Add($"{element.What} of {record.Owner}");
        }
        foreach (var pod in record.Pods)
        {
            if (record.ServesLocalhost(pod) && !node.AllowsLocalhost(pod.Link!))
                missing.Add($"net.ipv4.conf.{pod.Link}.route_localnet for {record.Owner}");
        }
    }
}

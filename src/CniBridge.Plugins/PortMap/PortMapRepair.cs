using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>Puts back the host ports of living pods, as their records have them, after somebody flushed the rules.</summary>
sealed class PortMapRepair(NodePorts node, Records<HostPortRecord> records)
{
    /// <returns>What was missing, a line each.</returns>
    internal List<string> Run()
    {
        var living = records.ReadAll().FindAll(record => record.Owner.IsAlive);
        var restored = new HostPortLosses(node).Find(living);
        if (restored.Count > 0)
            node.Restore(living);
        return restored;
    }
}

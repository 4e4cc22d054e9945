using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>Adds the missing host ports of existing pods from their records, for example after the ruleset was flushed.</summary>
sealed class PortMapRepair(NodePorts node, Records<HostPortRecord> records)
{
    /// <summary>Adds the missing parts and returns one line for each of them.</summary>
    internal List<string> Run()
    {
        var living = records.ReadAll().FindAll(record => record.Owner.IsAlive);
        var restored = new HostPortLosses(node).Find(living);
        if (restored.Count > 0)
            node.Restore(living);
        return restored;
    }
}

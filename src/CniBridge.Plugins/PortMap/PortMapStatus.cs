using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.PortMap;

/// <summary>STATUS: checks whether an ADD can work, and logs missing rules of the network's pods. Changes nothing.</summary>
sealed class PortMapStatus(CniRequest request, INodePorts node, Records<HostPortRecord> records)
{
    internal void Run()
    {
        node.TryFirewall();
        var network = request.NetworkName;
        var living = records.ReadAll().FindAll(record => record.Owner.Attachment.Network == network && record.Owner.IsAlive);
        if (new HostPortLosses(node).Find(living) is not [var first, .. var others])
            return;
        var more = others.Count > 0 ? $" and {others.Count} more" : "";
        request.Log.WriteLine($"some host ports of the network {network} do not work: missing {first}{more}; " +
            "cni-bridge repair restores them");
    }
}

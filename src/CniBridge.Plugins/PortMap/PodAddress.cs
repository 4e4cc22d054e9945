using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>An address of the pod that ports lead to.</summary>
/// <param name="Link">Name of the node's link that the pod is behind; null: of none, or behind a router.</param>
sealed record PodAddress(IpAddress Address, string? Link)
{
    /// <summary>The first of each family that is the interface's, or may be for all that the result says.</summary>
    internal static List<IpAddress> Find(CniResult previous, string interfaceName)
    {
        var found = new List<IpAddress>();
        foreach (var ip in previous.Ips)
        {
            var address = ip.Address.Address;
            if (IsOn(previous, ip.Interface, interfaceName) && !found.Exists(other => other.IsV6 == address.IsV6))
                found.Add(address);
        }
        return found;
    }

    static bool IsOn(CniResult previous, int? index, string interfaceName)
    {
        if (index is not { } i || i < 0 || i >= previous.Interfaces.Count)
            return true;
        var owner = previous.Interfaces[i];
        return owner.Name == interfaceName && owner.Sandbox.Length > 0;
    }
}

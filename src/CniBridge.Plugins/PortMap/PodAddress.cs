using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>A pod address that is the target of ports.</summary>
/// <param name="Link">The name of the link that leads to the pod; null without one, or behind a router.</param>
sealed record PodAddress(IpAddress Address, string? Link)
{
    /// <summary>
    /// Returns the first address of each family that belongs to the interface according to the result, or may belong to it.
    /// </summary>
    internal static List<IpAddress> Find(CniResult previous, string interfaceName)
    {
        var found = new List<IpAddress>();
        foreach (var ip in previous.Ips)
        {
            var address = ip.Address.Address;
            if (IsOn(previous, ip.Interface, interfaceName) && !found.Exists(other => other.Family == address.Family))
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

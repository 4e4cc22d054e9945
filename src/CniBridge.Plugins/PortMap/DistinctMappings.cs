using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>
/// The port mappings of a request without duplicates. Runtimes may request a port several times: podman writes one mapping without
/// an address and one with ::, with the same target in both families.
/// </summary>
sealed class DistinctMappings
{
    readonly Dictionary<HostSocket, Target> _targets = [];
    readonly List<PortMapping> _mappings = [];

    internal IReadOnlyList<PortMapping> Mappings => _mappings;

    /// <summary>Adds the part of the mapping that earlier mappings do not cover.</summary>
    /// <param name="index">The index of the mapping in the request.</param>
    /// <returns>
    /// Null, or the index and the container port of an earlier mapping with another target. Nothing is added in this case.
    /// </returns>
    internal (int Index, ushort ContainerPort)? TryAdd(PortMapping mapping, int index)
    {
        var missing = new List<AddressFamily>();
        foreach (var family in AddressFamilies.All)
        {
            if (!mapping.Serves(family))
                continue;
            if (!_targets.TryGetValue(HostSocket.Create(mapping, family), out var target))
                missing.Add(family);
            else if (target.ContainerPort != mapping.ContainerPort)
                return (target.Index, target.ContainerPort);
        }
        foreach (var family in missing)
            _targets.Add(HostSocket.Create(mapping, family), new Target(index, mapping.ContainerPort));
        if (missing is [var only] && mapping.HostAddress is null)
            _mappings.Add(mapping with { HostAddress = Cidr.Default(only).Address });
        else if (missing.Count > 0)
            _mappings.Add(mapping);
        return null;
    }

    /// <summary>A port of the node in one address family. It can have one target only.</summary>
    /// <param name="Address">The node address; null for any address of the family.</param>
    readonly record struct HostSocket(TransportProtocol Protocol, ushort Port, AddressFamily Family, IpAddress? Address)
    {
        internal static HostSocket Create(PortMapping mapping, AddressFamily family) =>
            new(mapping.Protocol, mapping.HostPort, family, mapping.IsAnywhere ? null : mapping.HostAddress);
    }

    readonly record struct Target(int Index, ushort ContainerPort);
}

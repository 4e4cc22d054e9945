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
        var missing = new List<bool>();
        foreach (var isV6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (!mapping.Serves(isV6))
                continue;
            if (!_targets.TryGetValue(HostSocket.Create(mapping, isV6), out var target))
                missing.Add(isV6);
            else if (target.ContainerPort != mapping.ContainerPort)
                return (target.Index, target.ContainerPort);
        }
        foreach (var isV6 in missing)
            _targets.Add(HostSocket.Create(mapping, isV6), new Target(index, mapping.ContainerPort));
        if (missing is [var only] && mapping.HostAddress is null)
            _mappings.Add(mapping with { HostAddress = Cidr.Default(only).Address });
        else if (missing.Count > 0)
            _mappings.Add(mapping);
        return null;
    }

    /// <summary>A port of the node in one address family. It can have one target only.</summary>
    /// <param name="Address">The node address; null for any address of the family.</param>
    readonly record struct HostSocket(TransportProtocol Protocol, ushort Port, bool IsV6, IpAddress? Address)
    {
        internal static HostSocket Create(PortMapping mapping, bool isV6) =>
            new(mapping.Protocol, mapping.HostPort, isV6, mapping.IsAnywhere ? null : mapping.HostAddress);
    }

    readonly record struct Target(int Index, ushort ContainerPort);
}

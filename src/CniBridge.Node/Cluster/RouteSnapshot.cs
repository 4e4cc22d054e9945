using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster;

/// <summary>The kernel's routes and addresses as they were at one moment.</summary>
/// <param name="Routes">The main table of both families.</param>
/// <param name="Addresses">Of all links.</param>
/// <param name="NameOf">A link's name by its index, or null.</param>
public sealed record RouteSnapshot(
    IReadOnlyList<RouteEntry> Routes, IReadOnlyList<LinkAddress> Addresses, Func<int, string?> NameOf)
{
    readonly Dictionary<int, string> _names = [];

    public static RouteSnapshot Take(RouteSocket socket) => new(
        [.. socket.ListRoutes(isV6: false), .. socket.ListRoutes(isV6: true)], socket.ListAddresses(), socket.TryGetName);

    /// <summary>A link that has gone since is known by its number.</summary>
    internal string LinkName(int index)
    {
        if (_names.TryGetValue(index, out var known))
            return known;
        return _names[index] = NameOf(index) ?? $"link {index.ToString(CultureInfo.InvariantCulture)}";
    }

    internal bool HasAddress(IpAddress address)
    {
        foreach (var own in Addresses)
        {
            if (own.Cidr.Address == address)
                return true;
        }
        return false;
    }

    /// <summary>A network of one of the node's own links that a destination is, or is a part of; null where there is none.</summary>
    internal LinkAddress? FindConnected(Cidr destination)
    {
        foreach (var own in Addresses)
        {
            if (own.Cidr.PrefixLength < own.Cidr.Address.Bits && own.Cidr.PrefixLength <= destination.PrefixLength &&
                own.Cidr.Contains(destination.Network))
            {
                return own;
            }
        }
        return null;
    }
}

using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>The kernel's routes and addresses at one moment.</summary>
/// <param name="Routes">The routes of the main table, both families.</param>
/// <param name="Addresses">The addresses of all links.</param>
/// <param name="NameOf">Returns a link's name by its index, or null.</param>
public sealed record RouteSnapshot(
    IReadOnlyList<RouteEntry> Routes, IReadOnlyList<LinkAddress> Addresses, Func<int, string?> NameOf)
{
    readonly Dictionary<int, string> _names = [];

    public static RouteSnapshot Take(RouteSocket socket) => new(
        [.. socket.ListRoutes(AddressFamily.IPv4), .. socket.ListRoutes(AddressFamily.IPv6)], socket.ListAddresses(), socket.TryGetName);

    /// <summary>Creates the rules by which this node accepts pod CIDRs of other nodes.</summary>
    /// <param name="name">The name of this node.</param>
    public RangePolicy CreateRangePolicy(IReadOnlyList<Cidr> clusterCidrs, string name) =>
        RangePolicy.Create(clusterCidrs, name, FindSubnets(), FindGateways());

    List<(Cidr, string)> FindSubnets()
    {
        var networks = new List<(Cidr, string)>();
        foreach (var own in Addresses)
        {
            if (own.Cidr.PrefixLength < own.Cidr.Address.Bits)
                networks.Add((new Cidr(own.Cidr.Network, own.Cidr.PrefixLength), LinkName(own.Index)));
        }
        return networks;
    }

    List<IpAddress> FindGateways()
    {
        var gateways = new List<IpAddress>();
        foreach (var route in Routes)
        {
            if (route.Destination.IsDefault && !ClusterRoute.IsOurs(route))
                gateways.AddRange(route.Gateways);
        }
        return gateways;
    }

    /// <summary>Returns the name of a link; "link N" if it is gone by now.</summary>
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

    /// <summary>Returns an address of this node whose network contains the destination; null if there is none.</summary>
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

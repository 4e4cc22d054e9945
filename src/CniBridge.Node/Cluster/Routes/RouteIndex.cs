using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Node.Cluster.Routes;

/// <summary>Routes by destination, for exact and longest-prefix lookups.</summary>
sealed class RouteIndex
{
    readonly Dictionary<Cidr, List<RouteEntry>> _routes = [];

    /// <summary>The prefix lengths in use, longest first: IPv4, IPv6.</summary>
    readonly List<int>[] _lengths = [[], []];

    internal IEnumerable<Cidr> Destinations => _routes.Keys;

    internal void Add(RouteEntry route)
    {
        if (_routes.TryGetValue(route.Destination, out var others))
        {
            others.Add(route);
            return;
        }
        _routes.Add(route.Destination, [route]);
        var lengths = LengthsOf(route.Destination.Address);
        var place = lengths.FindIndex(length => length <= route.Destination.PrefixLength);
        if (place < 0)
            lengths.Add(route.Destination.PrefixLength);
        else if (lengths[place] != route.Destination.PrefixLength)
            lengths.Insert(place, route.Destination.PrefixLength);
    }

    /// <summary>Returns the routes of a destination in the kernel's order.</summary>
    internal IReadOnlyList<RouteEntry> Find(Cidr destination) =>
        _routes.TryGetValue(destination, out var routes) ? routes : [];

    /// <summary>Returns the route with the longest prefix and then the lowest metric; null if there is none.</summary>
    internal RouteEntry? FindBest(IpAddress address)
    {
        foreach (var length in LengthsOf(address))
        {
            RouteEntry? best = null;
            foreach (var route in Find(new Cidr(new Cidr(address, length).Network, length)))
            {
                if (route.TypeOfService == 0 && !route.IsDead && !(best?.Priority <= route.Priority))
                    best = route;
            }
            if (best is not null)
                return best;
        }
        return null;
    }

    List<int> LengthsOf(IpAddress address) => _lengths[address.IsV6 ? 1 : 0];
}

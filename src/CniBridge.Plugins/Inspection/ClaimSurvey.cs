using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal;

namespace CniBridge.Plugins.Inspection;

/// <summary>
/// The claims of a network's free addresses that ADD takes notice of. The cost is one list of neighbours, one file access for each of
/// them, and two look-ups for each MAC that claims a free address.
/// </summary>
public sealed class ClaimSurvey(RouteSocket socket)
{
    /// <summary>Returns the claims by port; empty if another plugin manages the addresses.</summary>
    /// <param name="bridge">The bridge of the network.</param>
    /// <param name="gateway">The link to the pods: the bridge, or the gateway of a VLAN.</param>
    public IReadOnlyList<PortClaims> List(ConfiguredNetwork network, Link bridge, Link gateway)
    {
        var found = new SortedDictionary<string, PortClaims>(StringComparer.Ordinal);
        foreach (var neighbours in ListSuspects(network, gateway).GroupBy(entry => entry.Mac!.Value))
        {
            if (AddressClaim.Find(socket, neighbours.Key, bridge.Index, network.ForwardingVlan) is not { } claim)
                continue;
            var others = found.GetValueOrDefault(claim.Port)?.Addresses ?? [];
            var addresses = others.Concat(neighbours.Select(entry => entry.Address!)).Order().ToList();
            found[claim.Port] = new PortClaims(claim.Port, claim.Attachment, addresses);
        }
        return [.. found.Values];
    }

    /// <summary>
    /// Returns the neighbours with an address that is free. An ADD reserves before its pod sends, and a DEL deletes the port before it
    /// releases. So neighbours come first, then reservations, then ports: no call that is under way is mistaken for a claim.
    /// </summary>
    List<NeighbourEntry> ListSuspects(ConfiguredNetwork network, Link gateway) => network.StoreDirectory is not { } store
        ? []
        : socket.ListNeighbours(gateway.Index).FindAll(entry =>
            entry is { Mac: not null, Address: { } address } && IsForPods(network, address) && !IsReserved(store, address));

    static bool IsForPods(ConfiguredNetwork network, IpAddress address) => network.RangeSets.Any(set =>
        set.Find(address) is { } range && address != range.Gateway && set.FindExclusion(address) is null);

    static bool IsReserved(string store, IpAddress address) => SmallFile.Exists(Path.Combine(store, address.ToString()));
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// The gateway addresses of the bridge, when its network's range may have changed since it got the ones it has. An old
/// address that nobody uses any more is replaced, for its route would keep traffic for the old range on this node; one that
/// pods still use stays beside the new one, and so does one that was never this network's.
/// </summary>
sealed class BridgeGateways(CniRequest request, BridgeConfig config, IAddressManager addresses, INodeNetwork node)
{
    /// <summary>
    /// Looks before it adds: of two ADDs at once with different ranges, neither must take the other's address for granted.
    /// The list is of one link, filtered by the kernel, and costs less than an add that is refused.
    /// </summary>
    /// <param name="bridge">Whose ports the pods are.</param>
    /// <param name="link">Which carries the addresses: the bridge, or the gateway of a VLAN.</param>
    internal void Ensure(Link bridge, Link link, IReadOnlyList<Cidr> gateways)
    {
        var present = node.ListAddresses(link);
        var missing = new List<Cidr>();
        foreach (var gateway in gateways)
        {
            if (!present.Contains(gateway))
                missing.AddOnce(gateway);
        }
        // The one ADD that knows of the old range may find the new address there already, by an ADD beside it.
        var newcomers = config.ForceAddress || addresses.HasMoved ? gateways : missing;
        if (newcomers.Count == 0)
            return;
        var stale = present.Except(gateways).Where(cidr => IsInTheWay(bridge, link, cidr, newcomers)).ToList();
        if (missing.Count + stale.Count > 0)
            node.ChangeGateways(link, missing, stale);
    }

    bool IsInTheWay(Link bridge, Link link, Cidr cidr, IReadOnlyList<Cidr> newcomers) =>
        newcomers.FirstOrDefault(gateway => IsConflict(cidr, gateway)) is { } gateway &&
        (config.ForceAddress || IsStale(bridge, link, cidr, gateway));

    /// <summary>Is the address there, so that pods of the gateway's network reach it?</summary>
    internal static bool Serves(Cidr present, Cidr gateway) =>
        present == gateway || (IsSameIPv6(present, gateway) && present.PrefixLength < gateway.PrefixLength);

    /// <summary>An IPv6 address stands on a link once, whatever its prefix: the shorter one serves the pods of both.</summary>
    static bool IsNarrower(Cidr present, Cidr gateway) => IsSameIPv6(present, gateway) && present.PrefixLength > gateway.PrefixLength;

    static bool IsSameIPv6(Cidr one, Cidr other) => one.Address.IsV6 && one.Address == other.Address;

    /// <summary>An IPv4 bridge has the addresses of one network; IPv6 networks conflict only where they overlap.</summary>
    static bool IsConflict(Cidr present, Cidr gateway) =>
        present.Address.IsV6 == gateway.Address.IsV6 && (present.Address.IsV4 || present.Overlaps(gateway));

    bool IsStale(Link bridge, Link link, Cidr old, Cidr gateway)
    {
        if (IsNarrower(old, gateway))
        {
            Tell("it is replaced, for its pods reach the new one too");
            return true;
        }
        if (!addresses.LastServed.Any(old.Contains))
        {
            Tell($"it stays, for no pod of the network {request.NetworkName} ever had an address of it");
            return false;
        }
        var users = FindUsers(bridge, old);
        if (users.Count == 0)
        {
            Tell("it is replaced, for no pod uses it any more");
            return true;
        }
        Tell($"it stays, still used by {string.Join(", ", users)}; when they are gone: ip address del {old} dev {link.Name}");
        return false;

        void Tell(string what) =>
            request.Log.WriteLine($"\"{link.Name}\" already has an IP address different from {gateway}, {old}: {what}");
    }

    /// <summary>Pods with an address of the old range, and ports of which nobody knows what is behind them.</summary>
    List<string> FindUsers(Link bridge, Cidr old)
    {
        // In this order: an ADD beside this one reserves its address first and then makes its port, so its owner is known.
        var ports = node.ListPorts(bridge);
        var users = addresses.ListUsers();
        var found = users.Where(user => old.Contains(user.Address) && !IsOurs(user.ContainerId, user.InterfaceName))
            .Select(user => $"{user.ContainerId} {user.InterfaceName} ({user.Address})")
            .ToList();
        foreach (var port in ports)
        {
            if (HostLink.IsVlanPort(port) || HostLink.IsOf(port, request.Attachment) || users.Any(user => HostLink.IsOf(port, Of(user))))
                continue;
            var attachment = HostLink.TryParseAlias(port.Alias);
            found.Add(attachment?.Network == request.NetworkName
                ? $"the port {port.Name} of {attachment.ContainerId} {attachment.InterfaceName}"
                : $"the port {port.Name}");
        }
        return found;
    }

    bool IsOurs(string containerId, string interfaceName) =>
        containerId == request.Attachment.ContainerId && interfaceName == request.Attachment.InterfaceName;

    Attachment Of(AddressUser user) => new(request.NetworkName, user.ContainerId, user.InterfaceName);
}

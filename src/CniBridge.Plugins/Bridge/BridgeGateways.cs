using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Collections;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// The gateway addresses of the bridge after a change of the network's range. An old address without users is replaced, because its
/// route keeps traffic for the old range on this node. One that pods still use stays beside the new one, and so does an address that
/// never belonged to this network.
/// </summary>
sealed class BridgeGateways(CniRequest request, BridgeConfig config, IAddressManager addresses, INodeNetwork node)
{
    /// <summary>
    /// Gives the link its gateway addresses. Lists the present ones first: of two concurrent ADDs with different ranges, neither may
    /// mistake the other's address for its own. The kernel filters the list by link, which costs less than a refused addition.
    /// </summary>
    /// <param name="bridge">The bridge of the pods.</param>
    /// <param name="link">The link for the addresses: the bridge, or the gateway link of a VLAN.</param>
    internal void Ensure(Link bridge, Link link, IReadOnlyList<Cidr> gateways)
    {
        var present = node.Gateways.ListAddresses(link);
        var missing = new List<Cidr>();
        foreach (var gateway in gateways)
        {
            if (!present.Contains(gateway))
                missing.AddOnce(gateway);
        }
        // The one ADD that knows the old range may find the new address already added by a concurrent ADD.
        var newcomers = config.ForcesAddress || addresses.HasMoved ? gateways : missing;
        if (newcomers.Count == 0)
            return;
        var stale = present.Except(gateways).Where(cidr => IsInTheWay(bridge, link, cidr, newcomers)).ToList();
        if (missing.Count + stale.Count > 0)
            node.Gateways.ChangeAddresses(link, missing, stale);
    }

    bool IsInTheWay(Link bridge, Link link, Cidr cidr, IReadOnlyList<Cidr> newcomers) =>
        newcomers.FirstOrDefault(gateway => IsConflict(cidr, gateway)) is { } gateway &&
        (config.ForcesAddress || IsStale(bridge, link, cidr, gateway));

    /// <summary>Tells whether the present address makes the gateway reachable for the pods of its network.</summary>
    internal static bool Serves(Cidr present, Cidr gateway) =>
        present == gateway || (IsSameIPv6(present, gateway) && present.PrefixLength < gateway.PrefixLength);

    /// <summary>
    /// Tells whether the present prefix is too long. A link has an IPv6 address once, and the shorter prefix serves the pods of both.
    /// </summary>
    static bool IsNarrower(Cidr present, Cidr gateway) => IsSameIPv6(present, gateway) && present.PrefixLength > gateway.PrefixLength;

    static bool IsSameIPv6(Cidr one, Cidr other) => one.Address.IsV6 && one.Address == other.Address;

    /// <summary>
    /// Tells whether two gateway addresses conflict: an IPv4 bridge has addresses of one network, while IPv6 networks may coexist
    /// without overlap.
    /// </summary>
    static bool IsConflict(Cidr present, Cidr gateway) =>
        present.Address.Family == gateway.Address.Family && (present.Address.IsV4 || present.Overlaps(gateway));

    bool IsStale(Link bridge, Link link, Cidr old, Cidr gateway)
    {
        if (IsNarrower(old, gateway))
        {
            Tell("it is replaced, because its pods also reach the new one");
            return true;
        }
        if (!addresses.LastServed.Any(old.Contains))
        {
            Tell($"it is kept, because no pod of the network {request.NetworkName} ever had an address in it");
            return false;
        }
        var users = FindUsers(bridge, old);
        if (users.Count == 0)
        {
            Tell("it is replaced, because no pod uses it any more");
            return true;
        }
        Tell($"it is kept, used by {string.Join(", ", users)}; when they are gone: " +
            $"ip address del {old} dev {ShellText.Quote(link.Name)}");
        return false;

        void Tell(string what) =>
            request.Log.WriteLine($"\"{link.Name}\" already has an IP address different from {gateway}, {old}: {what}");
    }

    /// <summary>Returns the pods with an address of the old range, and the ports whose user is unknown.</summary>
    List<string> FindUsers(Link bridge, Cidr old)
    {
        // Ports before reservations: a concurrent ADD reserves its address before it creates its port, so the port's owner is known.
        var ports = node.Bridges.ListPorts(bridge);
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

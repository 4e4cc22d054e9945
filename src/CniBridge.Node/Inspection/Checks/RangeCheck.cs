using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of ranges that overlap other ranges, services, or networks of the node.</summary>
sealed class RangeCheck(DoctorContext node)
{
    static readonly Cidr s_loopback = Cidr.Parse("127.0.0.0/8"), s_linkLocal = Cidr.Parse("fe80::/10");

    internal void Run()
    {
        for (var i = 0; i < node.Networks.Count; i++)
        {
            var network = node.Networks[i];
            for (var j = 0; j < i; j++)
                CompareWith(network, node.Networks[j]);
            foreach (var range in network.Configured.Subnets)
            {
                CompareWithServices(network, range);
                CompareWithLinks(network, range);
                CompareWithRoutes(network, range);
            }
        }
    }

    void CompareWith(ExaminedNetwork network, ExaminedNetwork other)
    {
        // Networks with the same name share one store, so no address is assigned twice.
        if (network.Name == other.Name)
            return;
        foreach (var range in network.Configured.Subnets)
        {
            foreach (var otherRange in other.Configured.Subnets)
            {
                if (range.Overlaps(otherRange))
                    node.Found.Add(RangeFindings.RangeOverlapsRange(range, network.Name, otherRange, other.Name, network.File));
            }
        }
    }

    void CompareWithServices(ExaminedNetwork network, Cidr range)
    {
        foreach (var service in node.Options.ServiceCidrs)
        {
            if (range.Overlaps(service))
                node.Found.Add(RangeFindings.RangeOverlapsService(range, network.Name, service, network.File));
        }
    }

    void CompareWithLinks(ExaminedNetwork network, Cidr range)
    {
        foreach (var address in node.Addresses)
        {
            var connected = new Cidr(address.Cidr.Network, address.Cidr.PrefixLength);
            if (s_loopback.Overlaps(connected) || s_linkLocal.Overlaps(connected) || !range.Overlaps(connected) || IsGateway(address.Index))
                continue;
            var link = node.Links.TryGetName(address.Index) ?? "?";
            node.Found.Add(RangeFindings.RangeOverlapsLink(range, network.Name, connected, link, network.File));
        }
    }

    /// <summary>Tells whether the link belongs to a pod network. Overlaps of two networks are reported separately.</summary>
    bool IsGateway(int link)
    {
        foreach (var network in node.Networks)
        {
            if (network.Gateway?.Index == link || network.Bridge?.Index == link)
                return true;
        }
        return false;
    }

    void CompareWithRoutes(ExaminedNetwork network, Cidr range)
    {
        if (network.Gateway is null || !network.Configured.IsGateway)
            return;
        foreach (var route in node.Routes)
        {
            if (!Hides(route, range) || route.IsDead || route.IsCached)
                continue;
            if (route.Refusal.Length > 0)
            {
                node.Found.Add(RangeFindings.RouteRefusesPods(route.Refusal, route.Destination, range));
                continue;
            }
            if (route.Links.Count == 0 || IsGateway(route.Links[0]) || IsConnected(route))
                continue;
            var link = node.Links.TryGetName(route.Links[0]) ?? "?";
            node.Found.Add(RangeFindings.RouteHidesPods(route.Destination, link, range, network.Gateway.Name));
        }
    }

    /// <summary>
    /// Tells whether the kernel prefers a route over its own route to the bridge: by a longer prefix, or by a lower metric.
    /// </summary>
    static bool Hides(RouteEntry route, Cidr range)
    {
        const uint kernelMetricV6 = 256;
        return route.Destination.PrefixLength > range.PrefixLength
            ? range.Contains(route.Destination.Address)
            : route.Destination == range && route.Priority < (range.Address.IsV6 ? kernelMetricV6 : 0);
    }

    /// <summary>Tells whether the kernel created the route for an address of the link. Such overlaps are reported separately.</summary>
    bool IsConnected(RouteEntry route)
    {
        foreach (var address in node.Addresses)
        {
            var connected = new Cidr(address.Cidr.Network, address.Cidr.PrefixLength);
            if (address.Index == route.Links[0] && route.IsDirect && connected == route.Destination)
                return true;
        }
        return false;
    }
}

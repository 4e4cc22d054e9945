using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Inspection.Kinds;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>Do ranges of pods overlap each other, services, or what the node is connected to?</summary>
sealed class RangeCheck(Examination node)
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
        // One name is one store: nothing is given out twice.
        if (network.Name == other.Name)
            return;
        foreach (var range in network.Configured.Subnets)
        {
            foreach (var otherRange in other.Configured.Subnets)
            {
                if (range.Overlaps(otherRange))
                {
                    node.Found.Add(RangeFindings.RangeOverlapsRange, "RANGE", range.ToString(), "NETWORK", network.Name,
                        "OTHER", otherRange.ToString(), "OTHER_NETWORK", other.Name, "FILE", network.File);
                }
            }
        }
    }

    void CompareWithServices(ExaminedNetwork network, Cidr range)
    {
        foreach (var service in node.Options.ServiceCidrs)
        {
            if (range.Overlaps(service))
            {
                node.Found.Add(RangeFindings.RangeOverlapsService,
                    "RANGE", range.ToString(), "NETWORK", network.Name, "OTHER", service.ToString(), "FILE", network.File);
            }
        }
    }

    void CompareWithLinks(ExaminedNetwork network, Cidr range)
    {
        foreach (var address in node.Addresses)
        {
            var connected = new Cidr(address.Cidr.Network, address.Cidr.PrefixLength);
            if (s_loopback.Overlaps(connected) || s_linkLocal.Overlaps(connected) || !range.Overlaps(connected) || IsGateway(address.Index))
                continue;
            node.Found.Add(RangeFindings.RangeOverlapsLink, "RANGE", range.ToString(), "NETWORK", network.Name,
                "OTHER", connected.ToString(), "LINK", node.Links.TryGetName(address.Index) ?? "?", "FILE", network.File);
        }
    }

    /// <summary>Networks that share a bridge, or overlap another's, are another matter.</summary>
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
            if (!Hides(route, range) || route.IsDead || route.Links.Count == 0 || IsGateway(route.Links[0]) || IsConnected(route))
                continue;
            node.Found.Add(RangeFindings.RouteHidesPods, "ROUTE", route.Destination.ToString(), "RANGE", range.ToString(),
                "LINK", node.Links.TryGetName(route.Links[0]) ?? "?", "BRIDGE", network.Gateway.Name,
                "FAMILY", range.Address.IsV6 ? "-6" : "-4");
        }
    }

    /// <summary>A part of the range, or all of it with a lesser metric than that of the kernel's own route to the bridge.</summary>
    static bool Hides(RouteEntry route, Cidr range)
    {
        const uint kernelMetricV6 = 256;
        return route.Destination.PrefixLength > range.PrefixLength
            ? range.Contains(route.Destination.Address)
            : route.Destination == range && route.Priority < (range.Address.IsV6 ? kernelMetricV6 : 0);
    }

    /// <summary>Of a link's own address, which is told of elsewhere.</summary>
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

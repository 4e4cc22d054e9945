using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the kernel settings that forwarding needs.</summary>
sealed class ForwardingCheck(DoctorContext node)
{
    internal void Run()
    {
        foreach (var network in node.Networks)
        {
            if (network is { Configured.IsGateway: true, Gateway: { } link, ServesV6: true })
                CheckSwitch(network, link);
        }
        if (FindGateway(AddressFamily.IPv4) is { } gateway)
        {
            if (Sysctl.TryRead("net/ipv4/ip_forward") == "0")
                node.Found.Add(ForwardingFindings.ForwardingOff(gateway.Name));
            else
                CheckLinks(gateway);
            CheckReversePath();
        }
        if (FindGateway(AddressFamily.IPv6) is { } gatewayV6 && IsOffV6(gatewayV6))
            node.Found.Add(ForwardingFindings.ForwardingOffV6(gatewayV6.Name));
    }

    /// <summary>
    /// Tells whether the kernel forwards no IPv6 packets of pods. It ignores the setting "forwarding" of a link, but a link with
    /// force_forwarding forwards what it receives (ip6_forward, Linux 6.17).
    /// </summary>
    bool IsOffV6(Link gateway)
    {
        if (Sysctl.TryRead("net/ipv6/conf/all/forwarding") != "0")
            return false;
        return !Forces(gateway) || (node.FindUplink(AddressFamily.IPv6) is { } uplink && !Forces(uplink));
    }

    static bool Forces(Link link) => Sysctl.TryRead($"net/ipv6/conf/{link.Name}/force_forwarding") == "1";

    /// <summary>Returns the gateway link of any network of the family, because the settings apply to the whole node.</summary>
    Link? FindGateway(AddressFamily family)
    {
        foreach (var network in node.Networks)
        {
            if (network is { Configured.IsGateway: true, Gateway: { } gateway } && (family.IsV6 ? network.ServesV6 : network.ServesV4))
                return gateway;
        }
        return null;
    }

    void CheckSwitch(ExaminedNetwork network, Link gateway)
    {
        if (Sysctl.TryRead($"net/ipv6/conf/{gateway.Name}/disable_ipv6") is not (null or "0"))
            node.Found.Add(ForwardingFindings.IPv6SwitchedOff(gateway.Name, network.Name));
    }

    /// <summary>Checks the setting of each link. The global setting sets them all, but each can be changed later.</summary>
    void CheckLinks(Link gateway)
    {
        CheckLink(gateway.Name);
        if (node.FindUplink(AddressFamily.IPv4) is { } uplink && uplink.Index != gateway.Index)
            CheckLink(uplink.Name);
    }

    void CheckLink(string link)
    {
        if (Sysctl.TryRead($"net/ipv4/conf/{link}/forwarding") == "0")
            node.Found.Add(ForwardingFindings.ForwardingOffLink(link));
    }

    /// <summary>
    /// Reports links with a default route that drop packets because the node would reply through another link. The kernel uses the
    /// maximum of the link's rp_filter and conf/all/rp_filter; 1 is strict, 2 is loose (ip-sysctl.rst).
    /// </summary>
    void CheckReversePath()
    {
        if (node.FindUplink(AddressFamily.IPv4) is not { } best)
            return;
        var all = Sysctl.TryRead("net/ipv4/conf/all/rp_filter");
        foreach (var route in node.Routes)
        {
            if (!DoctorContext.IsDefault(route, AddressFamily.IPv4) || route.Links.Contains(best.Index) ||
                node.Links.TryGetName(route.Links[0]) is not { } link)
            {
                continue;
            }
            var own = Sysctl.TryRead($"net/ipv4/conf/{link}/rp_filter");
            if (own != "2" && all != "2" && (own == "1" || all == "1"))
                node.Found.Add(ForwardingFindings.StrictReversePath(link, best.Name));
        }
    }
}

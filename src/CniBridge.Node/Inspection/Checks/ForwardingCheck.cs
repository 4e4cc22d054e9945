using CniBridge.Linux;
using CniBridge.Linux.Route;
using CniBridge.Node.Inspection.Kinds;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>Settings of the kernel without which a gateway passes nothing on.</summary>
sealed class ForwardingCheck(Examination node)
{
    internal void Run()
    {
        foreach (var network in node.Networks)
        {
            if (network is { Configured.IsGateway: true, Gateway: { } link, ServesV6: true })
                CheckSwitch(network, link);
        }
        if (FindGateway(isV6: false) is { } gateway)
        {
            if (IsOn("net/ipv4/ip_forward", gateway, ForwardingFindings.ForwardingOff))
                CheckLinks(gateway, isV6: false);
            CheckReversePath();
        }
        if (FindGateway(isV6: true) is { } gatewayV6 && IsOn("net/ipv6/conf/all/forwarding", gatewayV6, ForwardingFindings.ForwardingOffV6))
            CheckLinks(gatewayV6, isV6: true);
    }

    /// <summary>One will do: the settings are the node's.</summary>
    Link? FindGateway(bool isV6)
    {
        foreach (var network in node.Networks)
        {
            if (network is { Configured.IsGateway: true, Gateway: { } gateway } && (isV6 ? network.ServesV6 : network.ServesV4))
                return gateway;
        }
        return null;
    }

    bool IsOn(string setting, Link gateway, FindingKind kind)
    {
        if (Sysctl.TryRead(setting) is not "0")
            return true;
        node.Found.Add(kind, "BRIDGE", gateway.Name);
        return false;
    }

    void CheckSwitch(ExaminedNetwork network, Link gateway)
    {
        if (Sysctl.TryRead($"net/ipv6/conf/{gateway.Name}/disable_ipv6") is not (null or "0"))
            node.Found.Add(ForwardingFindings.IPv6SwitchedOff, "BRIDGE", gateway.Name, "NETWORK", network.Name);
    }

    /// <summary>The switch for all sets each link's, and afterwards each can be set alone.</summary>
    void CheckLinks(Link gateway, bool isV6)
    {
        CheckLink(gateway.Name, isV6);
        if (node.FindUplink(isV6) is { } uplink && uplink.Index != gateway.Index)
            CheckLink(uplink.Name, isV6);
    }

    void CheckLink(string link, bool isV6)
    {
        var conf = isV6 ? "ipv6" : "ipv4";
        if (Sysctl.TryRead($"net/{conf}/conf/{link}/forwarding") == "0")
            node.Found.Add(ForwardingFindings.ForwardingOffLink, "LINK", link, "FAMILY", isV6 ? "IPv6" : "IPv4", "CONF", conf);
    }

    /// <summary>
    /// Of several links with a default route the node answers by one. What comes by another from beyond its own network is
    /// dropped there when the check of sources is strict; the stricter of the link's setting and of that for all counts, and 2,
    /// the loose one, goes before 1 (ip-sysctl.rst).
    /// </summary>
    void CheckReversePath()
    {
        if (node.FindUplink(isV6: false) is not { } best)
            return;
        var all = Sysctl.TryRead("net/ipv4/conf/all/rp_filter");
        foreach (var route in node.Routes)
        {
            if (!Examination.IsDefault(route, isV6: false) || route.Links.Contains(best.Index) ||
                node.Links.TryGetName(route.Links[0]) is not { } link)
            {
                continue;
            }
            var own = Sysctl.TryRead($"net/ipv4/conf/{link}/rp_filter");
            if (own != "2" && all != "2" && (own == "1" || all == "1"))
                node.Found.Add(ForwardingFindings.StrictReversePath, "LINK", link, "OTHER", best.Name);
        }
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of accept_ra: an uplink of a forwarding node needs 2, and a bridge of pods must not accept advertisements.</summary>
sealed class AdvertisementCheck(DoctorContext node)
{
    internal void Run()
    {
        var told = new HashSet<int>();
        foreach (var route in node.Routes)
        {
            // A program such as systemd-networkd that handles router advertisements itself sets accept_ra to 0.
            if (route.IsAdvertised && DoctorContext.IsDefault(route, AddressFamily.IPv6) && told.Add(route.Links[0]))
                CheckUplink(route.Links[0]);
        }
        foreach (var network in node.Networks)
        {
            if (network is { Configured.IsGateway: true, Gateway: { } gateway } && !told.Contains(gateway.Index))
                CheckGateway(gateway.Name);
        }
    }

    void CheckUplink(int index)
    {
        if (node.Links.TryGetName(index) is { } link && IsForwarding(link) && Read(link) == "1")
            node.Found.Add(ForwardingFindings.AdvertisementsIgnored(link));
    }

    void CheckGateway(string bridge)
    {
        var value = Read(bridge);
        if (value == "2" || (value == "1" && !IsForwarding(bridge)))
            node.Found.Add(ForwardingFindings.AdvertisementsOfPods(bridge, value));
    }

    static string? Read(string link) => Sysctl.TryRead($"net/ipv6/conf/{link}/accept_ra");

    static bool IsForwarding(string link) => Sysctl.TryRead($"net/ipv6/conf/{link}/forwarding") is not (null or "0");
}

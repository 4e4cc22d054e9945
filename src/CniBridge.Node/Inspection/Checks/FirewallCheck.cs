using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Firewall;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of nftables support, and of firewall chains that drop traffic of pods.</summary>
sealed class FirewallCheck(DoctorContext node)
{
    internal void Run()
    {
        CheckNftables();
        foreach (var network in node.Networks)
        {
            if (network is not { Configured.IsGateway: true, Gateway: not null })
                continue;
            foreach (var family in AddressFamilies.All)
            {
                if (network.Configured.FindSample(family) is { } pod)
                    Check(network, pod);
            }
        }
    }

    void CheckNftables()
    {
        try
        {
            node.Firewall.Try();
        }
        catch (KernelException e) when (e.Errno is not (Errno.EPERM or Errno.EACCES))
        {
            foreach (var network in node.Networks)
            {
                if (network.Configured.NeedsFirewall)
                    node.Found.Add(RuleFindings.KernelWithoutNftables(network.Name, e.Message));
            }
        }
    }

    void Report(IReadOnlyList<TrafficDrop> drops)
    {
        foreach (var drop in drops)
        {
            var remedy = ShellCommand.Create(drop.Remedy);
            node.Found.Add(drop.IsLegacy
                ? RuleFindings.LegacyForwardingDropped(drop.What, remedy)
                : RuleFindings.ForwardingDropped(drop.What, remedy));
        }
    }

    /// <summary>Returns a route to the pods of another node. One is enough, because firewalls treat all nodes alike.</summary>
    RouteEntry? FindPeerRoute(AddressFamily family)
    {
        foreach (var route in node.Routes)
        {
            if (ClusterRoute.IsOurs(route) && route is { IsUnicast: true, IsCached: false, Links.Count: 1 } &&
                route.Destination.Address.Family == family)
            {
                return route;
            }
        }
        return null;
    }

    void Check(ExaminedNetwork network, IpAddress pod)
    {
        var gateway = network.Gateway!;
        var hasHostPorts = node.Firewall.HasHostPorts(network.Name);
        Report(node.Firewall.Traffic.Find(gateway, pod, network.Configured.IsKnownOutside, hasHostPorts));
        if (FindPeerRoute(pod.Family) is { } route && node.Links.TryGetLink(route.Links[0]) is { } uplink)
            Report(node.Firewall.Traffic.FindWithPeers(gateway, pod, route.Destination, uplink));
        var setting = pod.IsV6 ? "net/bridge/bridge-nf-call-ip6tables" : "net/bridge/bridge-nf-call-iptables";
        if (Sysctl.TryRead(setting) != "1")
            return;
        foreach (var drop in node.Firewall.Traffic.FindBetweenPods(gateway, pod))
            node.Found.Add(RuleFindings.PodsDropped(drop.What, ShellCommand.Create(drop.Remedy)));
    }
}

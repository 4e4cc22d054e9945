using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route;
using CniBridge.Node.Cluster.Routes;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>
/// The check of policy rules (ip-rule(8)): whether the kernel uses the main table for packets from and to pods. It asks the kernel for
/// the route of one packet of each kind, because marks, sources and interfaces of rules are hard to predict.
/// </summary>
sealed class PolicyCheck(DoctorContext node)
{
    /// <summary>RT_TABLE_MAIN, and the priority of its rule (fib_default_rules_init).</summary>
    const uint MainTable = 254, MainPriority = 32766;

    readonly HashSet<(uint Rule, Cidr Range)> _told = [];

    /// <summary>Checks packets to the pods of this node.</summary>
    internal void Run()
    {
        foreach (var network in node.Networks)
        {
            if (network is not { Configured.IsGateway: true, Gateway: { IsUp: true } gateway })
                continue;
            foreach (var range in network.Configured.Subnets)
            {
                if (FindPod(network, range) is not { } pod)
                    continue;
                var route = node.Links.TryGetSelectedRoute(pod);
                if (route?.Links.Contains(gateway.Index) != true)
                    Report(route, pod, range, $"the bridge {gateway.Name}", other => other.Links.Contains(gateway.Index));
            }
        }
    }

    /// <summary>Checks packets from the pods of this node to those of other nodes.</summary>
    internal void Run(RouteReport report)
    {
        foreach (var network in node.Networks)
        {
            if (network is not { Configured.IsGateway: true, Gateway: { IsUp: true } gateway })
                continue;
            foreach (var range in network.Configured.Subnets)
            {
                if (FindPod(network, range) is { } pod)
                    Run(report, gateway.Index, pod);
            }
        }
    }

    void Run(RouteReport report, int input, IpAddress pod)
    {
        foreach (var step in report.Kept)
        {
            if (step is not { Action: RouteAction.Keep, Gateway: { } gateway } || gateway.Family != pod.Family)
                continue;
            var peer = step.Destination.Network.Next();
            var route = node.Links.TryGetSelectedRoute(peer, pod, input);
            if (route?.Gateways.Contains(gateway) != true)
                Report(route, peer, step.Destination, $"the next hop {gateway} ({step.Node})", other => other.Gateways.Contains(gateway));
        }
    }

    /// <summary>Returns an address of the range that a running pod has, or null.</summary>
    static IpAddress? FindPod(ExaminedNetwork network, Cidr range)
    {
        foreach (var reservation in network.Reservations)
        {
            if (range.Contains(reservation.Address) && ExaminedNetwork.IsUsed(reservation))
                return reservation.Address;
        }
        return null;
    }

    /// <summary>Reports the rule that led to a route. Other checks report routes of the main table.</summary>
    /// <param name="found">The kernel's answer; null if it refused the packet.</param>
    void Report(RouteEntry? found, IpAddress address, Cidr range, string target, Predicate<RouteEntry> isExpected)
    {
        if (found?.Table == MainTable || FindInMain(address) is not { } main || !isExpected(main))
            return;
        foreach (var rule in node.Links.ListPolicyRules(address.Family))
        {
            if (rule.Priority is 0 or >= MainPriority || (found is not null && rule.Table != found.Table) || rule.Table == MainTable)
                continue;
            if (_told.Add((rule.Priority, range)))
                node.Found.Add(RouteFindings.PolicyRule(rule.Priority, rule.Table, range, target));
            return;
        }
    }

    /// <summary>Returns the route that the main table alone has for an address.</summary>
    RouteEntry? FindInMain(IpAddress address)
    {
        RouteEntry? best = null;
        foreach (var route in node.Routes)
        {
            var (destination, isUsable) = (route.Destination, !route.IsCached && !route.IsDead);
            if (!isUsable || destination.Address.Family != address.Family || !destination.Contains(address))
                continue;
            if (best is null || IsPreferred(route, best))
                best = route;
        }
        return best;
    }

    static bool IsPreferred(RouteEntry route, RouteEntry other)
    {
        var (length, otherLength) = (route.Destination.PrefixLength, other.Destination.PrefixLength);
        return length > otherLength || (length == otherLength && route.Priority < other.Priority);
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;
using CniBridge.Plugins.Inspection;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the MTUs on the path of a pod's packets: both ends of its veth pair, the bridge, and the uplink.</summary>
sealed class MtuCheck(DoctorContext node)
{
    internal void Run()
    {
        var seen = new HashSet<int>();
        foreach (var network in node.Networks)
        {
            if (network.Bridge is { Kind: "bridge" } bridge && seen.Add(bridge.Index))
                Check(bridge);
        }
    }

    void Check(Link bridge)
    {
        var uplink = FindUplink(bridge);
        if (uplink is not null && uplink.Mtu < bridge.Mtu)
            node.Found.Add(BridgeFindings.BridgeMtu(bridge.Name, bridge.Mtu, uplink.Name, uplink.Mtu));
        var (equal, different) = (new List<PodInterface>(), new List<PodInterface>());
        foreach (var pod in node.Pods)
        {
            if (pod.Host.Master == bridge.Index && pod.Inside is not null)
                (pod.Inside.Mtu == pod.Host.Mtu ? equal : different).Add(pod);
        }
        foreach (var pod in different)
            ReportEnds(pod, pod.Inside!, uplink?.Mtu ?? uint.MaxValue);
        // The kernel gives a bridge the smallest MTU of its ports, so a wrong port makes that of the bridge wrong, too.
        var limit = different.Count == 0 && (uplink is null || bridge.Mtu <= uplink.Mtu)
            ? new Narrowest($"the bridge {bridge.Name}", bridge.Mtu)
            : uplink;
        if (limit is not null && equal.FindAll(pod => pod.Inside!.Mtu > limit.Mtu) is { Count: > 0 } large)
            ReportLarge(large, limit);
    }

    /// <summary>A part of the path that all pods of a bridge share.</summary>
    /// <param name="Name">The name for a sentence, such as "the uplink eth0".</param>
    sealed record Narrowest(string Name, uint Mtu);

    /// <summary>Returns the uplink or default route with the smallest MTU; null if the bridge is the uplink, or without one.</summary>
    Narrowest? FindUplink(Link bridge)
    {
        Narrowest? smallest = null;
        foreach (var family in AddressFamilies.All)
        {
            if (node.FindDefaultRoute(family) is not { } route || node.FindUplink(family) is not { } uplink || uplink.Index == bridge.Index)
                continue;
            var one = route.Mtu > 0 && route.Mtu < uplink.Mtu
                ? new Narrowest($"the {family} default route through {uplink.Name}", route.Mtu)
                : new Narrowest($"the uplink {uplink.Name}", uplink.Mtu);
            smallest = smallest?.Mtu <= one.Mtu ? smallest : one;
        }
        return smallest;
    }

    void ReportEnds(PodInterface pod, Link inside, uint limit)
    {
        var mtu = Math.Min(Math.Max(inside.Mtu, pod.Host.Mtu), limit);
        node.Found.Add(BridgeFindings.PodMtu(
            inside.Name, pod.Name, inside.Mtu, pod.Host.Name, pod.Host.Mtu, Change(pod, inside, mtu)));
    }

    void ReportLarge(List<PodInterface> pods, Narrowest limit)
    {
        ShellCommand? command = null;
        foreach (var pod in pods)
        {
            var change = Change(pod, pod.Inside!, limit.Mtu);
            command = command is null ? change : $"{command}; {change}";
        }
        var names = pods.ConvertAll(pod => $"{pod.Name} ({pod.Inside!.Mtu})");
        node.Found.Add(BridgeFindings.PodMtuLarge(names, limit.Name, limit.Mtu, command!));
    }

    static ShellCommand Change(PodInterface pod, Link inside, uint mtu) =>
        $"ip link set {pod.Host.Name} mtu {mtu} && nsenter --net={pod.Namespace!.Path} ip link set {inside.Name} mtu {mtu}";
}

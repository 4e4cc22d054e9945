using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// The part of CHECK that the previous result does not cover: settings that traffic depends on. (The reference plugin checks none of
/// these.)
/// </summary>
sealed class SettingsCheck(BridgeConfig config, INodeNetwork node)
{
    internal void CheckLinks(Link bridge, Link host, Link pod)
    {
        if (!bridge.IsUp)
            throw BridgeCheck.Failure($"The bridge {bridge.Name} is down");
        if (config.FiltersVlans && bridge.FiltersVlans == false)
            throw BridgeCheck.Failure($"VLAN filtering is disabled on bridge {bridge.Name}: vlan_filtering 0");
        if (!host.IsUp)
            throw BridgeCheck.Failure($"The host's end {host.Name} is down");
        if (!pod.IsUp && !config.LeavesPodInterfaceDown)
            throw BridgeCheck.Failure($"The pod's interface {pod.Name} is down");
        CheckPort(host);
        CheckMtu(host, pod);
        CheckVlans(host, [.. PortVlans.Expected(config)]);
    }

    void CheckPort(Link port)
    {
        if ((port.PortSettings ^ config.PortSettings).Each().FirstOrDefault() is not PortSettings.None and var setting)
        {
            throw BridgeCheck.Failure($"The port {port.Name} is {setting.ToWord()}: {port.PortSettings.HasFlag(setting)}, " +
                $"configured: {config.PortSettings.HasFlag(setting)}");
        }
    }

    /// <summary>Compares the MTUs. A smaller MTU in the pod is the choice of another plugin; a larger one loses packets.</summary>
    void CheckMtu(Link host, Link pod)
    {
        if (config is { Mtu: > 0 } && host.Mtu != config.Mtu)
            throw BridgeCheck.Failure(Text($"The MTU of {host.Name} is {host.Mtu}, configured: {config.Mtu}"));
        if (pod.Mtu > host.Mtu)
            throw BridgeCheck.Failure(Text($"The MTU of {pod.Name}, {pod.Mtu}, is larger than that of {host.Name}, {host.Mtu}"));
    }

    void CheckVlans(Link port, List<PortVlan> expected)
    {
        if (expected.Count == 0)
            return;
        var present = node.HostLinks.ListVlans(port);
        foreach (var vlan in expected)
        {
            if (!present.Contains(vlan))
                throw BridgeCheck.Failure(Text($"The port {port.Name} is not in VLAN {vlan.Id}{(vlan.IsNative ? " untagged" : "")}"));
        }
    }

    internal void CheckGateways(Link bridge, CniResult previous)
    {
        var gateways = AddressPlan.Make(config, previous).Gateways;
        if (gateways.Count == 0)
            return;
        var link = config.VlanGateway is { } name ? CheckVlanGateway(bridge, name) : bridge;
        var present = node.Gateways.ListAddresses(link);
        foreach (var gateway in gateways)
        {
            if (!present.Any(cidr => BridgeGateways.Serves(cidr, gateway)))
                throw BridgeCheck.Failure($"The gateway address {gateway} is not on {link.Name}");
            CheckForwarding(gateway.Address);
        }
        foreach (var ip in previous.Ips)
            CheckForwardChains(link, ip.Address.Address);
    }

    /// <summary>
    /// Checks the forward chains. Connections to the pod are checked only if hosts outside can know its address, which masquerade
    /// hides.
    /// </summary>
    void CheckForwardChains(Link gateway, IpAddress pod)
    {
        var isKnownOutside = !config.Masquerades || config.NotMasqueraded.Count > 0;
        var obstacle = node.Firewall.FindForwardObstacle(gateway, pod, isFromPod: true)
            ?? (isKnownOutside ? node.Firewall.FindForwardObstacle(gateway, pod, isFromPod: false) : null);
        if (obstacle is not null)
            throw new CniException(CniErrorCode.Internal, obstacle.Message, obstacle.Remedy);
    }

    Link CheckVlanGateway(Link bridge, string name)
    {
        var link = node.FindLink(name) ?? throw BridgeCheck.Failure($"The VLAN's gateway {name} not found");
        if (!link.IsUp)
            throw BridgeCheck.Failure($"The VLAN's gateway {name} is down");
        if (node.Gateways.FindVlanPort(link) is not { } port)
            return link;
        if (port.Master != bridge.Index)
            throw BridgeCheck.Failure($"The port {port.Name} of the VLAN's gateway {name} is not on the bridge {bridge.Name}");
        if (!port.IsUp)
            throw BridgeCheck.Failure($"The port {port.Name} of the VLAN's gateway {name} is down");
        CheckVlans(port, [new PortVlan(config.Vlan, IsNative: true)]);
        return link;
    }

    void CheckForwarding(IpAddress gateway)
    {
        if (!node.Gateways.IsForwarding(gateway.Family))
        {
            throw BridgeCheck.Failure("The node does not forward: " +
                $"{(gateway.IsV6 ? "net.ipv6.conf.all.forwarding" : "net.ipv4.ip_forward")} = 0");
        }
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

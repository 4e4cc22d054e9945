using CniBridge.Linux.Route.Links;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>
/// The check of the host veths. Only links with an alias of cni-bridge are checked; those of the Go plugin have no alias.
/// </summary>
sealed class PortCheck(DoctorContext node)
{
    internal void Run()
    {
        foreach (var network in node.Networks)
        {
            if (network.Bridge is not { Kind: "bridge" } bridge)
                continue;
            foreach (var port in node.Links.ListLinks("veth"))
            {
                if (port.Alias.StartsWith(network.Name + "/", StringComparison.Ordinal))
                    Check(network, bridge, port);
            }
        }
    }

    void Check(ExaminedNetwork network, Link bridge, Link port)
    {
        if (!port.IsUp)
            node.Found.Add(BridgeFindings.PortDown(port.Name, port.Alias));
        if (port.Master != bridge.Index)
        {
            node.Found.Add(BridgeFindings.PortDetached(port.Name, port.Alias, bridge.Name, Attach(network, bridge, port)));
            return;
        }
        CheckSettings(port, network.Configured.PortSettings);
        if (port.Mtu < bridge.Mtu)
            node.Found.Add(BridgeFindings.PortMtu(port.Name, port.Alias, port.Mtu, bridge.Name, bridge.Mtu));
    }

    void CheckSettings(Link port, PortSettings configured)
    {
        foreach (var setting in (port.PortSettings ^ configured).Each())
        {
            var create = BridgeFindings.ForPortSetting(setting);
            node.Found.Add(create(port.Name, port.Alias, Word(port.PortSettings.HasFlag(setting)), Word(configured.HasFlag(setting))));
        }
    }

    static ShellCommand Attach(ExaminedNetwork network, Link bridge, Link port)
    {
        ShellCommand command = $"ip link set {port.Name} master {bridge.Name}";
        foreach (var setting in network.Configured.PortSettings.Each())
            command = $"{command} && ip link set {port.Name} type bridge_slave {setting.ToWord()} on";
        return command;
    }

    static string Word(bool isOn) => isOn ? "on" : "off";
}

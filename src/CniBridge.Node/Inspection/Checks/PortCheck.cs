using System.Globalization;
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
            node.Found.Add(BridgeFindings.PortDown, "PORT", port.Name, "POD", port.Alias);
        if (port.Master != bridge.Index)
        {
            node.Found.Add(BridgeFindings.PortDetached, "PORT", port.Name, "POD", port.Alias, "BRIDGE", bridge.Name);
            return;
        }
        CheckSwitch(BridgeFindings.PortHairpin, port, port.IsHairpin, network.Configured.IsHairpin);
        CheckSwitch(BridgeFindings.PortIsolation, port, port.IsIsolated, network.Configured.IsIsolated);
        if (port.Mtu < bridge.Mtu)
        {
            node.Found.Add(BridgeFindings.PortMtu, "PORT", port.Name, "POD", port.Alias, "MTU", Text(port.Mtu),
                "BRIDGE", bridge.Name, "OTHER", Text(bridge.Mtu));
        }
    }

    void CheckSwitch(FindingKind kind, Link port, bool actual, bool configured)
    {
        if (actual != configured)
            node.Found.Add(kind, "PORT", port.Name, "POD", port.Alias, "VALUE", Word(actual), "OTHER", Word(configured));
    }

    static string Word(bool isOn) => isOn ? "on" : "off";

    static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}

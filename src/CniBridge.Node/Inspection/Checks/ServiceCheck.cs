using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>
/// The check of bridge netfilter. kube-proxy translates service addresses at IP hooks, which bridged replies skip. With br_netfilter,
/// replies between pods of one bridge pass these hooks, too.
/// </summary>
sealed class ServiceCheck(DoctorContext node)
{
    internal void Run()
    {
        foreach (var family in node.Firewall.FindServiceFamilies())
        {
            foreach (var network in node.Networks)
            {
                if (network.Bridge is { Kind: "bridge" } bridge && (family.IsV6 ? network.ServesV6 : network.ServesV4))
                    Check(bridge.Name, family);
            }
        }
    }

    void Check(string bridge, AddressFamily family)
    {
        var setting = family.IsV6 ? "bridge-nf-call-ip6tables" : "bridge-nf-call-iptables";
        var value = Sysctl.TryRead($"net/bridge/{setting}");
        if (value is null)
            node.Found.Add(ForwardingFindings.ServicesWithoutModule(family, bridge));
        else if (value == "0")
            node.Found.Add(ForwardingFindings.ServicesNotOnBridge(family, bridge, setting));
    }
}

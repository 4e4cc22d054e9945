using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
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

    void Check(ExaminedNetwork network, IpAddress pod)
    {
        var gateway = network.Gateway!;
        var hasHostPorts = node.Firewall.HasHostPorts(network.Name);
        foreach (var drop in node.Firewall.Traffic.Find(gateway, pod, network.Configured.IsKnownOutside, hasHostPorts))
        {
            var remedy = ShellCommand.Create(drop.Remedy);
            node.Found.Add(drop.IsLegacy
                ? RuleFindings.LegacyForwardingDropped(drop.What, remedy)
                : RuleFindings.ForwardingDropped(drop.What, remedy));
        }
        var setting = pod.IsV6 ? "net/bridge/bridge-nf-call-ip6tables" : "net/bridge/bridge-nf-call-iptables";
        if (Sysctl.TryRead(setting) != "1")
            return;
        foreach (var drop in node.Firewall.Traffic.FindBetweenPods(gateway, pod))
            node.Found.Add(RuleFindings.PodsDropped(drop.What, ShellCommand.Create(drop.Remedy)));
    }
}

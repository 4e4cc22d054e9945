using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Files;
using CniBridge.Node.Firewall;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of nftables support, and of firewall chains that drop traffic of pods.</summary>
sealed class FirewallCheck(DoctorContext node)
{
    internal void Run()
    {
        if (!HasNftables())
            return;
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

    bool HasNftables()
    {
        try
        {
            node.Firewall.Try();
            return true;
        }
        catch (KernelException e) when (e.Errno is not (Errno.EPERM or Errno.EACCES))
        {
            foreach (var network in node.Networks)
            {
                if (network.Configured.NeedsFirewall)
                    node.Found.Add(RuleFindings.KernelWithoutNftables(network.Name, e.Message));
            }
            return false;
        }
    }

    /// <summary>Reports the first blocked direction only, because its remedy usually fixes the other one as well.</summary>
    void Check(ExaminedNetwork network, IpAddress pod)
    {
        var gateway = network.Gateway!;
        var obstacle = node.Firewall.FindObstacle(gateway, pod, ForwardDirection.FromPod)
            ?? (network.Configured.IsKnownOutside ? node.Firewall.FindObstacle(gateway, pod, ForwardDirection.ToPod) : null);
        if (obstacle is var (what, remedy))
            node.Found.Add(RuleFindings.ForwardingDropped(what, ShellCommand.Create(remedy)));
        var setting = pod.IsV6 ? "net/bridge/bridge-nf-call-ip6tables" : "net/bridge/bridge-nf-call-iptables";
        if (Sysctl.TryRead(setting) == "1" &&
            node.Firewall.FindObstacle(gateway, pod, ForwardDirection.BetweenPods) is var (whatBetween, remedyBetween))
        {
            node.Found.Add(RuleFindings.PodsDropped(whatBetween, ShellCommand.Create(remedyBetween)));
        }
    }
}

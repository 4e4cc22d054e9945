using CniBridge.Linux;
using CniBridge.Node.Inspection.Checks;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Inspection;

/// <summary>The search for faults that affect pods of this node. It only reads: it changes no file, lock, kernel module or rule.</summary>
public sealed class Doctor(DoctorOptions options)
{
    /// <summary>Runs all checks. A check that fails is reported as not done, and the others still run.</summary>
    public DoctorReport Run()
    {
        var omissions = new List<Omission>();
        using var node = new DoctorContext(options);
        Try("network configuration", () => new ConfigurationCheck(node).Run());
        Try("address ranges", () => new RangeCheck(node).Run());
        Try("plugins", () => new BinaryCheck(node).Run());
        Try("forwarding", () => new ForwardingCheck(node).Run());
        Try("router advertisements", () => new AdvertisementCheck(node).Run());
        Try("bridges", () => new BridgeLinkCheck(node).Run());
        Try("bridge ports", () => new PortCheck(node).Run());
        Try("MTU", () => new MtuCheck(node).Run());
        Try("address reservations", () => new StoreCheck(node).Run());
        Try("claims of addresses", () => new ClaimCheck(node).Run());
        Try("nftables", () => new FirewallCheck(node).Run());
        Try("rules of cni-bridge", () => new RulesCheck(node).Run());
        Try("bridge netfilter", () => new ServiceCheck(node).Run());
        Try("iptables-legacy", () => new LegacyCheck(node).Run());
        Try("routes to other nodes", () => new RoutesCheck(node).Run());
        Try("policy rules", () => new PolicyCheck(node).Run());
        Try("kernel limits", () => new LimitCheck(node).Run());
        return new DoctorReport(node.Found, omissions);

        void Try(string what, Action check)
        {
            try
            {
                check();
            }
            catch (Exception e) when
                (e is RuntimeException or CniException || e.IsIoFailure())
            {
                omissions.Add(new Omission(what, e.Message));
            }
        }
    }
}

using CniBridge.Linux;
using CniBridge.Node.Inspection.Checks;
using CniBridge.Node.Runtime;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Node.Inspection;

/// <summary>
/// Looks for what keeps pods of this node from working, or will. It reads, and changes nothing: no file, lock, module or rule.
/// </summary>
public sealed class Doctor(DoctorOptions options)
{
    /// <summary>One that cannot be done stops no other.</summary>
    public DoctorReport Run()
    {
        var omissions = new List<Omission>();
        using var node = new Examination(options);
        Try("network configuration", () => new ConfigurationCheck(node).Run());
        Try("pod ranges", () => new RangeCheck(node).Run());
        Try("plugins", () => new BinaryCheck(node).Run());
        Try("forwarding", () => new ForwardingCheck(node).Run());
        Try("router advertisements", () => new AdvertisementCheck(node).Run());
        Try("bridges", () => new BridgeCheck(node).Run());
        Try("ports of bridges", () => new PortCheck(node).Run());
        Try("address reservations", () => new StoreCheck(node).Run());
        Try("nftables", () => new FirewallCheck(node).Run());
        Try("rules of pods", () => new RulesCheck(node).Run());
        Try("kube-proxy's way", () => new ServiceCheck(node).Run());
        Try("iptables-legacy", () => new LegacyCheck(node).Run());
        Try("routes to other nodes", () => new RoutesCheck(node).Run());
        Try("limits of the kernel", () => new LimitCheck(node).Run());
        return new DoctorReport(node.Found.Findings, omissions);

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

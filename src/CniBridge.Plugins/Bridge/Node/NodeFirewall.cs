using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>The implementation of <see cref="INodeFirewall"/> for the kernel.</summary>
/// <param name="links">A socket of the node's namespace; the caller closes it.</param>
sealed class NodeFirewall(RouteSocket links, TextWriter log) : INodeFirewall, IDisposable
{
    readonly MasqueradeRecords _masquerades = new();
    NftSocket? _socket;

    /// <summary>The socket, opened at first use.</summary>
    NftSocket Socket => _socket ??= new NftSocket();

    MasqueradeRules MasqueradeRules => new(Socket, _masquerades, log);

    SpoofCheck SpoofCheck => new(new SpoofCheckRules(() => Socket), new Records<SpoofGuard>(SpoofGuard.Format), log);

    public void EnsureMasquerade(NetworkMasquerade masquerade) => MasqueradeRules.Ensure(masquerade);

    public void RemoveMasquerade(string network)
    {
        foreach (var family in AddressFamilies.All)
        {
            if (_masquerades.Configured.Has(MasqueradeRecord.NameOf(network, family)))
                MasqueradeRules.Remove(NetworkMasquerade.Nothing(network, family));
        }
    }

    public void RemoveFormerRanges(string network)
    {
        try
        {
            foreach (var family in AddressFamilies.All)
            {
                if (_masquerades.Former.Has(MasqueradeRecord.NameOf(network, family)))
                    MasqueradeRules.RemoveFormerRanges(network, family);
            }
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"could not remove former ranges of the network {network} from its masquerade: {e.Message}");
        }
    }

    public bool HasMasquerade(NetworkMasquerade masquerade) => MasqueradeRules.Serves(masquerade);

    public void TryMasquerade(string network)
    {
        Socket.TryGetTable(NetworkMasquerade.TableOf(AddressFamily.IPv4));
        foreach (var family in AddressFamilies.All)
        {
            if (_masquerades.Configured.TryRead(MasqueradeRecord.NameOf(network, family)) is { } record &&
                !MasqueradeRules.IsIntact(record))
            {
                log.WriteLine($"pods of the network {network} are not masqueraded: the chain {record.Chain} of " +
                    $"{record.Masquerade.Table} is missing or incomplete; cni-bridge repair restores it");
            }
        }
    }

    public void DeleteGoMasquerade(Attachment attachment, Func<IReadOnlyList<Cidr>> findAddresses)
    {
        // The Go plugin uses random names for host veths. A link with our name has no rules of the Go plugin.
        if (links.TryGetIndex(HostLink.NameOf(attachment, 0)) is null)
            GoRules.TryDelete(() => new GoMasquerade(Socket).Delete(attachment, findAddresses), log);
    }

    public void CollectGoMasquerade(string network, ValidAttachments valid) =>
        GoRules.TryDelete(() => new GoMasquerade(Socket).CollectGarbage(network, valid), log);

    public void GuardPort(SpoofGuard guard, Rollback undo) => SpoofCheck.Add(guard, undo);

    public void UnguardPort(Attachment attachment, Func<bool> isConfigured) =>
        SpoofCheck.Remove(attachment, HostLink.NamesOf(attachment), isConfigured);

    public void CollectGuards(string network, ValidAttachments valid, bool isConfigured) =>
        SpoofCheck.CollectGarbage(network, valid, isConfigured);

    public string? FindMissingGuard(SpoofGuard guard) => SpoofCheck.FindMissing(guard);

    public void TrySpoofCheck(string network) => SpoofCheck.Try(network);

    public ForwardObstacle? FindForwardObstacle(Link gateway, IpAddress pod, bool isFromPod)
    {
        var uplink = Uplink.Find(links, pod.Family);
        // The outside is on the bridge, so the node forwards nothing.
        if (uplink?.Index == gateway.Index)
            return null;
        try
        {
            var (opening, reply) = isFromPod
                ? (TrafficKind.PodToOutside, TrafficKind.ReplyToPod)
                : (TrafficKind.OutsideToPod, TrafficKind.ReplyOfPod);
            var chains = new ForwardChains(Socket);
            return chains.Find(new ForwardPath(pod, gateway, uplink, opening))
                ?? chains.Find(new ForwardPath(pod, gateway, uplink, reply));
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            log.WriteLine($"cannot read the firewall chains of other programs: {e.Message}");
            return null;
        }
    }

    public void Dispose() => _socket?.Dispose();
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>The firewall of the node in memory.</summary>
sealed partial class FakeNode : INodeFirewall
{
    public void EnsureMasquerade(NetworkMasquerade masquerade) =>
        Note($"masquerade {masquerade.Network} {FamilyOf(masquerade)}: {string.Join(' ', masquerade.From)}");

    public void RemoveMasquerade(string network)
    {
        if (WasMasqueraded)
            Note($"remove masquerade of {network}");
    }

    public void RemoveFormerRanges(string network)
    {
        if (HasFormerRanges)
            Note($"remove former ranges of {network}");
    }

    public bool HasMasquerade(NetworkMasquerade masquerade) =>
        Note($"is masqueraded {FamilyOf(masquerade)}", Masqueraded.Contains(FamilyOf(masquerade)));

    static string FamilyOf(NetworkMasquerade masquerade) => masquerade.Family.IsV6 ? "v6" : "v4";

    public void DeleteGoMasquerade(Attachment attachment, Func<IReadOnlyList<Cidr>> findAddresses)
    {
        Note("delete what Go made");
        if (AsksForAddresses)
            Note($"addresses of what Go made: {string.Join(' ', findAddresses())}");
    }

    public void CollectGoMasquerade(string network, ValidAttachments valid) => Note($"collect what Go made for {network}");

    public ForwardObstacle? FindForwardObstacle(Link gateway, IpAddress pod, bool isFromPod)
    {
        var direction = isFromPod ? "from" : "to";
        Note($"forward chains of {gateway.Name} {direction} {pod}");
        var kind = isFromPod ? TrafficKind.PodToOutside : TrafficKind.OutsideToPod;
        return Obstructed.Contains(direction)
            ? new ForwardObstacle(new ForwardPath(pod, gateway, null, kind), new ChainEntry(TableFamily.Inet, "theirs", "forward"), null)
            : null;
    }

    public void TryMasquerade(string network) => Note($"try masquerade of {network}");

    public void GuardPort(SpoofGuard guard, Rollback undo)
    {
        Note($"guard {guard.Port} with {guard.Mac} of {guard.Owner}");
        undo.Push("unguard", () => Note("undo: unguard"));
    }

    public void UnguardPort(Attachment attachment, Func<bool> isConfigured) => Note(
        $"unguard {attachment.Network}/{attachment.ContainerId}/{attachment.InterfaceName}{(isConfigured() ? ", as configured" : "")}");

    public void CollectGuards(string network, ValidAttachments valid, bool isConfigured) =>
        Note($"collect guards of {network}{(isConfigured ? ", as configured" : "")}");

    public string? FindMissingGuard(SpoofGuard guard) => Note($"is guarded {guard.Port} with {guard.Mac} of {guard.Owner}", MissingGuard);

    public void TrySpoofCheck(string network) => Note($"try spoof check of {network}");
}

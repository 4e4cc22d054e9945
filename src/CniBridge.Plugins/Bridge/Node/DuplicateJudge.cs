using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Packets;
using CniBridge.Linux.Route;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Attachments;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Bridge.Node;

/// <summary>
/// Decides whether a claim that fails duplicate address detection is true. Claims are told apart by the port of the bridge that they come
/// in through, because a pod can send any MAC. A claim through the port of an attachment that has another address is false.
/// </summary>
sealed class DuplicateJudge : IDuplicateJudge
{
    readonly RouteSocket _socket;
    readonly Link _bridge;
    readonly Func<Attachment, IpAddress?> _findReservation;
    readonly TextWriter _log;
    readonly AddressClaimCapture? _capture;

    internal DuplicateJudge(
        RouteSocket socket, Link bridge, VethPair veth, Func<Attachment, IpAddress?> findReservation, TextWriter log)
    {
        _socket = socket;
        _bridge = bridge;
        _findReservation = findReservation;
        _log = log;
        try
        {
            _capture = new AddressClaimCapture(bridge.Index, ignored: veth.HostIndex);
        }
        // Without packet sockets all claims count, as with the Go plugin.
        catch (KernelException e)
        {
            log.WriteLine($"cannot tell which port claims an address: {e.Message}");
        }
    }

    /// <remarks>A message that the capture lacks has extension headers, which only a program that hides sends.</remarks>
    public bool IsFalseClaim(IpAddress address)
    {
        if (_capture is null)
            return false;
        var claimants = new List<string>();
        foreach (var link in _capture.FindLinks(address))
        {
            if (!TryRefute(address, link, claimants))
                return false;
        }
        _log.WriteLine($"using {address} although it is claimed " +
            $"{(claimants.Count > 0 ? string.Join(", ", claimants) : "by no port of the bridge")}");
        return true;
    }

    /// <summary>Returns false if the claim through a link may be true. Adds the claimant if the link is a port of the bridge.</summary>
    bool TryRefute(IpAddress address, int link, List<string> claimants)
    {
        if (link == _bridge.Index)
            return false;
        if (_socket.TryGetLink(link) is not { } port || port.Master != _bridge.Index)
            return true;
        if (!HostLink.IsAlias(port) || HostLink.TryParseAlias(port.Alias) is not { } attachment ||
            _findReservation(attachment) is not { } own || own == address)
            return false;
        claimants.Add($"by {attachment.Network}/{attachment.ContainerId}/{attachment.InterfaceName} behind {port.Name}, which has {own}");
        return true;
    }

    public void Dispose() => _capture?.Dispose();
}

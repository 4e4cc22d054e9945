using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>The network of an attachment, as the allocation of addresses uses it.</summary>
/// <param name="FindClaim">Returns the claim of an address on the network, or null.</param>
/// <param name="DeleteHostLink">Deletes the host veth of an attachment that ended; null: the caller makes no links.</param>
sealed record AttachmentNetwork(Func<IpAddress, AddressClaim?> FindClaim, Action<Attachment>? DeleteHostLink = null)
{
    /// <summary>No network: nothing claims an address.</summary>
    internal static AttachmentNetwork None { get; } = new(static _ => null);
}

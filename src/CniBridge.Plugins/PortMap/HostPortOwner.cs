using System.Globalization;
using System.Text;

namespace CniBridge.Plugins.PortMap;

/// <summary>
/// Whose an element of nftables is, as its comment says: NETWORK/CONTAINER/INTERFACE, cut and made unique again where that is
/// more than a comment holds. Of the same letters, with commas, is the name of the attachment's record, so that one leads to
/// the other.
/// </summary>
static class HostPortOwner
{
    /// <summary>NFTNL_UDATA_COMMENT_MAXLEN less the zero at the end.</summary>
    const int MaxBytes = 127;

    /// <summary>Left of a network's name, or of a container's, when it is cut: with a hash and its sign both fit.</summary>
    const int MaxNetwork = 63, MaxRest = 40;

    internal static string Of(Attachment attachment)
    {
        var rest = $"{attachment.ContainerId}/{attachment.InterfaceName}";
        var whole = PrefixOf(attachment.Network) + rest;
        // A quotation mark would end the comment in nft's own list.
        if (Encoding.UTF8.GetByteCount(whole) <= MaxBytes && !whole.Contains('"', StringComparison.Ordinal))
            return whole;
        var id = attachment.ContainerId;
        return $"{PrefixOf(attachment.Network)}{(id.Length > MaxRest ? id[..MaxRest] : id)}~{HashOf(rest)}";
    }

    /// <summary>What all comments of a network begin with, and no other's: a name has no ~.</summary>
    internal static string PrefixOf(string network)
    {
        const int HashAndSign = 17;
        return network.Length <= MaxNetwork ? network + "/" : $"{network[..(MaxNetwork - HashAndSign)]}~{HashOf(network)}/";
    }

    /// <summary>The name of a record; null for a comment that is none of ours.</summary>
    internal static string? TryGetRecordName(string owner) =>
        owner.Contains('/', StringComparison.Ordinal) && !owner.Contains('\0', StringComparison.Ordinal)
            ? RecordNameOf(owner)
            : null;

    internal static string RecordNameOf(string owner) => owner.Replace('/', ',');

    static string HashOf(string text) => StableHash.Of(text).ToString("x16", CultureInfo.InvariantCulture);
}

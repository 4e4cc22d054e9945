using System.Globalization;
using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// How elements of sets say in their comments whose they are: NETWORK/CONTAINER/INTERFACE, and behind a port's the MAC that
/// belongs to it, so that what stands for it in another set can be looked up.
/// </summary>
static class ElementOwner
{
    /// <summary>What a comment of nftables holds (NFTNL_UDATA_COMMENT_MAXLEN less the zero at the end).</summary>
    const int MaxComment = 127;

    /// <summary>00:11:22:aa:bb:cc</summary>
    const int MacLength = 17;

    internal const int MaxLength = MaxComment - MacLength - 1;

    /// <summary>~ and sixteen hex digits: no name has such a sign.</summary>
    const int MarkLength = 17;

    /// <summary>What of the names stays when they are cut, the network's mark among it: with the container's all fits.</summary>
    const int MaxNetwork = 51, MaxContainer = MaxLength - MaxNetwork - 1 - MarkLength;

    /// <summary>Cut, and made unique again, when it is too long or holds what nft could not read back.</summary>
    internal static string Of(Attachment attachment)
    {
        var prefix = PrefixOf(attachment.Network);
        var rest = $"{attachment.ContainerId}/{attachment.InterfaceName}";
        return prefix.Length + rest.Length <= MaxLength && IsReadable(rest)
            ? prefix + rest
            : prefix + Cut(attachment.ContainerId, MaxContainer) + MarkOf(rest);
    }

    /// <summary>What all owners of a network begin with, and no other's.</summary>
    internal static string PrefixOf(string network) => network.Length <= MaxNetwork
        ? network + "/"
        : $"{Cut(network, MaxNetwork - MarkLength)}{MarkOf(network)}/";

    internal static string WithMac(Attachment attachment, MacAddress mac) => $"{Of(attachment)} {mac}";

    /// <summary>The owner alone, and no MAC, of a comment that ends with none.</summary>
    internal static (string Owner, MacAddress? Mac) Parse(string comment) =>
        comment.LastIndexOf(' ') is > 0 and var space && MacAddress.TryParse(comment[(space + 1)..], out var mac)
            ? (comment[..space], mac)
            : (comment, null);

    /// <summary>Interfaces may have any name; those of networks and containers are letters, digits and a few signs.</summary>
    static bool IsReadable(string text)
    {
        foreach (var c in text)
        {
            if (c is <= ' ' or > '~' or '"')
                return false;
        }
        return true;
    }

    static string Cut(string name, int length) => name.Length > length ? name[..length] : name;

    static string MarkOf(string text) => string.Create(CultureInfo.InvariantCulture, $"~{StableHash.Of(text):x16}");
}

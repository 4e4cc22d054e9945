using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Hashing;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The owner of a set element, in the element's comment: NETWORK/CONTAINER/INTERFACE. The comment of a port also has its MAC, so that
/// the matching element of another set can be found.
/// </summary>
static class ElementOwner
{
    /// <summary>The longest comment of nftables in bytes (NFTNL_UDATA_COMMENT_MAXLEN without the terminating zero).</summary>
    const int MaxComment = 127;

    /// <summary>The length of 00:11:22:aa:bb:cc.</summary>
    const int MacLength = 17;

    internal const int MaxLength = MaxComment - MacLength - 1;

    /// <summary>The length of a hash: ~, which no name contains, and sixteen hex digits.</summary>
    const int MarkLength = 17;

    /// <summary>The limits for the parts of an owner that is cut. The network's part includes its hash.</summary>
    const int MaxNetwork = 51, MaxContainer = MaxLength - MaxNetwork - 1 - MarkLength;

    /// <summary>
    /// Returns the owner of an attachment. One that is too long, or that nft could not parse, is cut and made unique by a hash.
    /// </summary>
    internal static string Format(Attachment attachment)
    {
        var prefix = PrefixOf(attachment.Network);
        var rest = $"{attachment.ContainerId}/{attachment.InterfaceName}";
        return prefix.Length + rest.Length <= MaxLength && IsReadable(rest)
            ? prefix + rest
            : prefix + Cut(attachment.ContainerId, MaxContainer) + MarkOf(rest);
    }

    /// <summary>Returns the start of all owners of a network, which owners of other networks do not have.</summary>
    internal static string PrefixOf(string network) => network.Length <= MaxNetwork
        ? network + "/"
        : $"{Cut(network, MaxNetwork - MarkLength)}{MarkOf(network)}/";

    internal static string WithMac(Attachment attachment, MacAddress mac) => $"{Format(attachment)} {mac}";

    /// <summary>Splits a comment into the owner and the MAC; the MAC is null if the comment has none.</summary>
    internal static (string Owner, MacAddress? Mac) Parse(string comment) =>
        comment.LastIndexOf(' ') is > 0 and var space && MacAddress.TryParse(comment[(space + 1)..], out var mac)
            ? (comment[..space], mac)
            : (comment, null);

    /// <summary>
    /// Tells whether nft can parse the text. Interfaces may have any name; names of networks and containers have only safe characters.
    /// </summary>
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

    static string MarkOf(string text) => string.Create(CultureInfo.InvariantCulture, $"~{StableHash.Compute(text):x16}");
}

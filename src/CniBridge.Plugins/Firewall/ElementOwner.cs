using System.Globalization;
using System.Text;
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

    /// <summary>Cut, and made unique again, when it is too long or holds what nft could not read back.</summary>
    internal static string Of(Attachment attachment)
    {
        var owner = $"{attachment.Network}/{attachment.ContainerId}/{attachment.InterfaceName}";
        var text = new StringBuilder(owner.Length);
        foreach (var c in owner)
            text.Append(c is > ' ' and <= '~' and not '"' ? c : '?');
        if (owner.Length <= MaxLength && text.Equals(owner))
            return owner;
        var mark = string.Create(CultureInfo.InvariantCulture, $"~{StableHash.Of(owner):x16}");
        text.Length = Math.Min(text.Length, MaxLength - mark.Length);
        return text.Append(mark).ToString();
    }

    internal static string WithMac(Attachment attachment, MacAddress mac) => $"{Of(attachment)} {mac}";

    /// <summary>The owner alone, and no MAC, of a comment that ends with none.</summary>
    internal static (string Owner, MacAddress? Mac) Parse(string comment) =>
        comment.LastIndexOf(' ') is > 0 and var space && MacAddress.TryParse(comment[(space + 1)..], out var mac)
            ? (comment[..space], mac)
            : (comment, null);
}

using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>
/// Names of objects that nft can parse in its own listings. The kernel accepts any bytes without a zero.
/// Reserved words of nft's language (masquerade, dnat, all) are not checked.
/// </summary>
public static class NftName
{
    // The pattern of nft's scanner: string ({letter}|[_.])({letter}|{digit}|[/\-_\.])*
    /// <summary>Returns the name if it is valid.</summary>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    internal static string Checked(string name) =>
        IsName(name) ? name : throw new ArgumentException($"\"{name}\" is no name of an nftables object", nameof(name));

    public static bool IsName(string name)
    {
        var isName = name.Length is > 0 and < NFT_NAME_MAXLEN && (char.IsAsciiLetter(name[0]) || name[0] is '_' or '.');
        foreach (var c in name)
            isName &= char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.';
        return isName;
    }
}

using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>
/// Names that nft can read back, but for the words of its language (masquerade, dnat, all), which are not looked for. The
/// kernel takes any bytes up to a zero.
/// </summary>
public static class NftName
{
    // Of nft's scanner: string ({letter}|[_.])({letter}|{digit}|[/\-_\.])*
    /// <exception cref="ArgumentException">Not such a name.</exception>
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

using System.Globalization;
using System.Text;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Hashing;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Attachments;

/// <summary>
/// The host veth of an attachment. Its name is computed from the attachment, so that DEL finds it without the namespace. Its alias
/// names the attachment (ip link shows it).
/// </summary>
static class HostLink
{
    /// <summary>The number of names to try. Another attachment has the first name with a probability of 1 in 4 billion per pod.</summary>
    internal const int Candidates = 3;

    /// <summary>The kernel's limit is IFALIASZ - 1 (256 - 1) bytes, including the terminating zero.</summary>
    const int MaxAliasBytes = 254;

    /// <summary>The character before the hash of an alias that was cut.</summary>
    const char CutSign = '~';

    const int HashDigits = 16;

    /// <summary>Returns "veth" and eight hex digits, the pattern of the Go plugin.</summary>
    internal static string NameOf(Attachment attachment, int candidate)
    {
        var number = candidate.ToString(CultureInfo.InvariantCulture);
        return "veth" + StableHash.ShortOf(string.Join('/', attachment.Network, attachment.ContainerId, attachment.InterfaceName, number));
    }

    /// <summary>Returns all names that the host veth may have.</summary>
    internal static string[] NamesOf(Attachment attachment)
    {
        var names = new string[Candidates];
        for (var candidate = 0; candidate < Candidates; candidate++)
            names[candidate] = NameOf(attachment, candidate);
        return names;
    }

    /// <summary>Returns the name of the bridge port of a VLAN's gateway link.</summary>
    internal static string NameOfVlanPort(string gateway) => "veth" + StableHash.ShortOf($"/{gateway}");

    /// <summary>
    /// Tells whether a port belongs to a VLAN's gateway link: its alias is the name of that link, from which its own name is computed.
    /// </summary>
    internal static bool IsVlanPort(Link port) => port.Alias.Length > 0 && port.Name == NameOfVlanPort(port.Alias);

    /// <summary>
    /// Returns NETWORK/CONTAINER/INTERFACE; none of the three can contain a slash. An alias that is too long is cut and made unique by
    /// a hash.
    /// </summary>
    internal static string AliasOf(Attachment attachment)
    {
        var alias = string.Join('/', attachment.Network, attachment.ContainerId, attachment.InterfaceName);
        if (Encoding.UTF8.GetByteCount(alias) <= MaxAliasBytes)
            return alias;
        var mark = string.Create(CultureInfo.InvariantCulture, $"{CutSign}{StableHash.Compute(alias):x16}");
        // Names of networks and containers are ASCII, and only they can make the alias too long.
        return alias[..(MaxAliasBytes - mark.Length)] + mark;
    }

    /// <summary>Returns whether <see cref="AliasOf"/> made the alias, for any attachment. Other programs set aliases, too.</summary>
    internal static bool IsAlias(Link port) =>
        (TryParseAlias(port.Alias) is { } attachment && NamesOf(attachment).Contains(port.Name)) || IsCut(port.Alias);

    static bool IsCut(string alias) => alias.Length == MaxAliasBytes && alias[^(HashDigits + 1)] == CutSign &&
        ulong.TryParse(alias.AsSpan()[^HashDigits..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    /// <summary>
    /// Tells whether a link is the host veth of an attachment: by its alias, or by its name while the alias is not set yet.
    /// </summary>
    internal static bool IsOf(Link port, Attachment attachment) => port.Alias.Length > 0
        ? port.Alias == AliasOf(attachment)
        : NamesOf(attachment).Contains(port.Name);

    /// <summary>Returns the attachment of an alias, or null if the alias has another format or was cut.</summary>
    internal static Attachment? TryParseAlias(string alias) => alias.Split('/') switch
    {
        [{ Length: > 0 } network, { Length: > 0 } container, { Length: > 0 } name] => new Attachment(network, container, name),
        _ => null,
    };
}

using System.Globalization;
using System.Text;
using CniBridge.Linux.Route;

namespace CniBridge.Plugins.Bridge;

/// <summary>
/// The host's end of an attachment's veth pair: its name can be computed from the attachment, so that DEL finds it when
/// the namespace is gone, and its alias says whose it is (ip link shows it).
/// </summary>
static class HostLink
{
    /// <summary>Names tried one after another when another attachment has the first: a matter of 1 in 4 billion per pod.</summary>
    internal const int Candidates = 3;

    /// <summary>The kernel takes IFALIASZ - 1 bytes (256 - 1), the zero at the end among them.</summary>
    const int MaxAliasBytes = 254;

    /// <summary>veth and eight hex digits, as the Go plugin's names look.</summary>
    internal static string NameOf(Attachment attachment, int candidate)
    {
        var number = candidate.ToString(CultureInfo.InvariantCulture);
        return "veth" + StableHash.ShortOf(string.Join('/', attachment.Network, attachment.ContainerId, attachment.InterfaceName, number));
    }

    /// <summary>All that it may have.</summary>
    internal static string[] NamesOf(Attachment attachment)
    {
        var names = new string[Candidates];
        for (var candidate = 0; candidate < Candidates; candidate++)
            names[candidate] = NameOf(attachment, candidate);
        return names;
    }

    /// <summary>The bridge's side of the pair that carries a VLAN's gateway, named after the other side.</summary>
    internal static string NameOfVlanPort(string gateway) => "veth" + StableHash.ShortOf($"/{gateway}");

    /// <summary>Its alias is the gateway's name, which its own name is made of.</summary>
    internal static bool IsVlanPort(Link port) => port.Alias.Length > 0 && port.Name == NameOfVlanPort(port.Alias);

    /// <summary>NETWORK/CONTAINER/INTERFACE; none of the three can hold a slash. Cut, and made unique again, when too long.</summary>
    internal static string AliasOf(Attachment attachment)
    {
        var alias = string.Join('/', attachment.Network, attachment.ContainerId, attachment.InterfaceName);
        if (Encoding.UTF8.GetByteCount(alias) <= MaxAliasBytes)
            return alias;
        var mark = string.Create(CultureInfo.InvariantCulture, $"{CutSign}{StableHash.Of(alias):x16}");
        // Names of networks and containers are ASCII, and together they are what is too long.
        return alias[..(MaxAliasBytes - mark.Length)] + mark;
    }

    /// <summary>Stands before the hex digits at the end of an alias that was cut.</summary>
    const char CutSign = '~';

    const int HashDigits = 16;

    /// <summary>Returns true when the alias is one that <see cref="AliasOf"/> made, for any attachment: other programs set aliases too.</summary>
    internal static bool IsAlias(Link port) =>
        (TryParseAlias(port.Alias) is { } attachment && NamesOf(attachment).Contains(port.Name)) || IsCut(port.Alias);

    static bool IsCut(string alias) => alias.Length == MaxAliasBytes && alias[^(HashDigits + 1)] == CutSign &&
        ulong.TryParse(alias.AsSpan()[^HashDigits..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);

    /// <summary>By its alias; by its name while it has none, for the kernel sets the alias of a link only after it made it.</summary>
    internal static bool IsOf(Link port, Attachment attachment) => port.Alias.Length > 0
        ? port.Alias == AliasOf(attachment)
        : NamesOf(attachment).Contains(port.Name);

    /// <summary>Null for an alias that is not ours, or was cut.</summary>
    internal static Attachment? TryParseAlias(string alias) => alias.Split('/') switch
    {
        [{ Length: > 0 } network, { Length: > 0 } container, { Length: > 0 } name] => new Attachment(network, container, name),
        _ => null,
    };
}

using CniBridge.Plugins.Hashing;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>The names that the Go plugins use for a container: chains of iptables, and comments of nftables rules.</summary>
static class GoNames
{
    /// <summary>Returns the chain for masquerade. Its name does not depend on the interface.</summary>
    internal static string MasqueradeChain(string network, string containerId) => "CNI-" + Sha512.HexOf(network + containerId, 24);

    /// <summary>Returns the chain for port mappings.</summary>
    internal static string DestinationChain(string network, string containerId) => "CNI-DN-" + Sha512.HexOf(network + containerId, 21);

    /// <summary>Returns the chain for the masquerade of port mappings in versions that had no shared chain for it.</summary>
    internal static string SourceChain(string network, string containerId) => "CNI-SN-" + Sha512.HexOf(network + containerId, 21);

    /// <summary>Returns the start of the comment of an attachment's masquerade rule; the names that follow it may be cut.</summary>
    internal static string CommentPrefix(Attachment attachment) =>
        CommentPrefix(attachment.Network) + Sha512.HexOf($"{attachment.InterfaceName}:{attachment.ContainerId}", 16) + ", net: ";

    /// <summary>Returns the start of the comments of all attachments of a network.</summary>
    internal static string CommentPrefix(string network) => Sha512.HexOf(network, 16) + "-";

    /// <summary>
    /// Returns the container of a comment of iptables, name: "NETWORK" id: "CONTAINER"; null if it names another network or was cut.
    /// </summary>
    /// <param name="kind">The words before it: none for masquerade, "dnat " or "snat " for port mappings.</param>
    internal static string? TryParseContainer(string comment, string network, string kind = "")
    {
        var start = $"{kind}name: \"{network}\" id: \"";
        return comment.Length > start.Length && comment.StartsWith(start, StringComparison.Ordinal) && comment[^1] == '"'
            ? comment[start.Length..^1]
            : null;
    }
}

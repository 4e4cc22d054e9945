namespace CniBridge.Plugins.Firewall;

/// <summary>What the Go plugins call what they make for a container, with iptables (a chain) or nftables (comments of rules).</summary>
static class GoNames
{
    /// <summary>Of masquerading; the interface is not in it.</summary>
    internal static string MasqueradeChain(string network, string containerId) => "CNI-" + Sha512.HexOf(network + containerId, 24);

    /// <summary>Of port mappings.</summary>
    internal static string DestinationChain(string network, string containerId) => "CNI-DN-" + Sha512.HexOf(network + containerId, 21);

    /// <summary>Of port mappings, before there was one chain to masquerade them all.</summary>
    internal static string SourceChain(string network, string containerId) => "CNI-SN-" + Sha512.HexOf(network + containerId, 21);

    /// <summary>What a masquerading rule's comment begins with; the names that follow may be cut.</summary>
    internal static string CommentPrefix(Attachment attachment) =>
        CommentPrefix(attachment.Network) + Sha512.HexOf($"{attachment.InterfaceName}:{attachment.ContainerId}", 16) + ", net: ";

    /// <summary>The same for all attachments of a network.</summary>
    internal static string CommentPrefix(string network) => Sha512.HexOf(network, 16) + "-";

    /// <summary>
    /// The container of a comment of iptables, name: "NETWORK" id: "CONTAINER"; null where it is another network's, or was cut.
    /// </summary>
    /// <param name="kind">What stands before it: nothing for masquerading, "dnat " or "snat " for port mappings.</param>
    internal static string? TryParseContainer(string comment, string network, string kind = "")
    {
        var start = $"{kind}name: \"{network}\" id: \"";
        return comment.Length > start.Length && comment.StartsWith(start, StringComparison.Ordinal) && comment[^1] == '"'
            ? comment[start.Length..^1]
            : null;
    }
}

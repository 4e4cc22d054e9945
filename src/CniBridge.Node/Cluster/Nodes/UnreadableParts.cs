namespace CniBridge.Node.Cluster.Nodes;

/// <summary>
/// The parts of a node's entry that could not be read where it came from, as the kept table names them. Without them an entry that is
/// read again would count as whole, and the routes of its node would be removed.
/// </summary>
static class UnreadableParts
{
    internal const string Key = "unreadable";

    internal const string Name = "name", Addresses = "addresses", PodRanges = "podRanges";

    internal static List<string> Of(NodeClaim claim)
    {
        var parts = new List<string>();
        if (claim.IsNameless)
            parts.Add(Name);
        if (claim.HasUnreadableAddresses)
            parts.Add(Addresses);
        if (claim.HasUnreadableRanges)
            parts.Add(PodRanges);
        return parts;
    }
}

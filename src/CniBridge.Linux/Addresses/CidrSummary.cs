namespace CniBridge.Linux.Addresses;

/// <summary>The smallest list of networks with the same addresses: joins neighbours and drops networks within others.</summary>
public static class CidrSummary
{
    /// <returns>Networks without host bits and without overlap: IPv4 first, each family in ascending order.</returns>
    public static IReadOnlyList<Cidr> Create(IEnumerable<Cidr> networks)
    {
        var sorted = new List<Cidr>();
        foreach (var network in networks)
            sorted.Add(new Cidr(network.Network, network.PrefixLength));
        sorted.Sort(static (one, other) => one.Address == other.Address
            ? one.PrefixLength.CompareTo(other.PrefixLength)
            : one.Address.CompareTo(other.Address));
        var summary = new List<Cidr>();
        foreach (var network in sorted)
        {
            if (summary.Count > 0 && summary[^1].Contains(network.Address))
                continue;
            summary.Add(network);
            while (summary.Count > 1 && TryJoin(summary[^2], summary[^1]) is { } joined)
            {
                summary.RemoveAt(summary.Count - 1);
                summary[^1] = joined;
            }
        }
        return summary;
    }

    /// <summary>Returns the network of which these are the two halves, or null.</summary>
    static Cidr? TryJoin(Cidr lower, Cidr upper)
    {
        if (lower.PrefixLength != upper.PrefixLength || lower.PrefixLength == 0)
            return null;
        var whole = new Cidr(lower.Address, lower.PrefixLength - 1);
        return !whole.HasHostBits && whole.Contains(upper.Address) ? whole : null;
    }
}

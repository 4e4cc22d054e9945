namespace CniBridge.Linux.Addresses;

/// <summary>Addresses of one family from one to another, both included.</summary>
public sealed record AddressSpan(IpAddress First, IpAddress Last)
{
    public static AddressSpan From(Cidr network) => new(network.Network, network.Last);

    /// <summary>
    /// The union of spans of one family, ascending, with gaps between: the kernel refuses ranges of a set that overlap, and
    /// does not keep apart those that meet.
    /// </summary>
    public static IReadOnlyList<AddressSpan> Merge(IEnumerable<AddressSpan> spans)
    {
        var sorted = new List<AddressSpan>(spans);
        sorted.Sort((one, other) => one.First.CompareTo(other.First));
        var merged = new List<AddressSpan>();
        foreach (var span in sorted)
        {
            if (merged.Count > 0 && merged[^1].Meets(span))
                merged[^1] = merged[^1].With(span);
            else
                merged.Add(span);
        }
        return merged;
    }

    public bool Contains(IpAddress address) => address.Family == First.Family && address >= First && address <= Last;

    public bool Contains(AddressSpan other) => Contains(other.First) && Contains(other.Last);

    /// <summary>Parses the form FIRST-LAST. Returns null for other text.</summary>
    public static AddressSpan? TryParse(string? text) =>
        text?.Split('-') is [var first, var last] && IpAddress.TryParse(first, out var from) && IpAddress.TryParse(last, out var to)
            ? new AddressSpan(from, to)
            : null;

    /// <summary>Returns whether a span that does not begin earlier overlaps or directly follows this one.</summary>
    bool Meets(AddressSpan later) => later.First <= Last || later.First == Last.Next();

    AddressSpan With(AddressSpan later) => later.Last > Last ? this with { Last = later.Last } : this;

    public override string ToString() => First.ToString() + '-' + Last.ToString();
}

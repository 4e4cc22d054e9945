namespace CniBridge.Linux.Conntrack;

/// <summary>The connections that a filter matches and that fulfil a condition.</summary>
public sealed record ConntrackSelection(ConntrackFilter Filter)
{
    /// <summary>A condition that no kernel can check; null: all connections of the filter are selected.</summary>
    public Predicate<ConntrackEntry>? Condition { get; init; }

    internal bool Selects(ConntrackEntry entry) => Filter.Matches(entry) && Condition?.Invoke(entry) != false;

    /// <summary>True if the kernel can delete exactly these connections.</summary>
    internal bool IsExactInKernel => Condition is null && Filter.IsExactInKernel;
}

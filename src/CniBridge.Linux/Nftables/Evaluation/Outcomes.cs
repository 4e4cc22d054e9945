namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>The possible results for a packet; several if not enough is known.</summary>
[Flags]
public enum Outcomes
{
    None = 0,
    Accepted = 1,

    /// <summary>The packet is dropped or rejected.</summary>
    Dropped = 2,

    /// <summary>The packet continues behind the rule, or behind the jump to the chain.</summary>
    Next = 4,

    /// <summary>The packet leaves the chain of the rule.</summary>
    Returned = 8,

    Anything = Accepted | Dropped | Next | Returned,
}

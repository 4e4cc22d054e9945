namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>What may become of a packet; more than one when not enough is known.</summary>
[Flags]
public enum Outcomes
{
    None = 0,
    Accepted = 1,

    /// <summary>Or refused.</summary>
    Dropped = 2,

    /// <summary>Goes on: behind the rule, or behind the jump to the chain.</summary>
    Next = 4,

    /// <summary>Leaves the chain that the rule is in.</summary>
    Returned = 8,

    Anything = Accepted | Dropped | Next | Returned,
}

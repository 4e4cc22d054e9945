namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>Whether a packet continues with the next expression of a rule.</summary>
enum MatchResult
{
    No,

    /// <summary>The packet or the expression is not known well enough.</summary>
    Maybe,
    Yes,
}

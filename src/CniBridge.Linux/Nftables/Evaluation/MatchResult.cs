namespace CniBridge.Linux.Nftables.Evaluation;

/// <summary>Does a packet go on to the next step of a rule?</summary>
enum MatchResult
{
    No,

    /// <summary>Not enough is known of the packet, or of the step.</summary>
    Maybe,
    Yes,
}

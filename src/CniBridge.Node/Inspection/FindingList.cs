namespace CniBridge.Node.Inspection;

/// <summary>What was found so far.</summary>
/// <param name="program">Of ours, for commands.</param>
sealed class FindingList(string program)
{
    readonly List<Finding> _findings = [];

    internal IReadOnlyList<Finding> Findings => _findings;

    /// <param name="pairs">See <see cref="FindingKind.Of"/>; {PROGRAM} is known.</param>
    internal void Add(FindingKind kind, params ReadOnlySpan<string> pairs)
    {
        string[] all = ["PROGRAM", program, .. pairs];
        _findings.Add(kind.Of(all));
    }
}

namespace CniBridge.Node.Inspection.Findings;

/// <summary>The findings so far.</summary>
/// <param name="program">The path of the cni-bridge binary, for {PROGRAM}.</param>
sealed class FindingList(string program)
{
    readonly List<Finding> _findings = [];

    internal IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Adds a finding.</summary>
    /// <param name="pairs">As for <see cref="FindingKind.Create"/>; {PROGRAM} is added here.</param>
    internal void Add(FindingKind kind, params ReadOnlySpan<string> pairs)
    {
        string[] all = ["PROGRAM", program, .. pairs];
        _findings.Add(kind.Create(all));
    }
}

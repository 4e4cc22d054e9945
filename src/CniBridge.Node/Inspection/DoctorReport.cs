namespace CniBridge.Node.Inspection;

/// <summary>Something that could not be looked at.</summary>
/// <param name="what">Words for it: address reservations.</param>
/// <param name="reason">A sentence.</param>
public sealed class Omission(string what, string reason)
{
    public string What => what;

    public string Reason => reason;
}

/// <summary>All that is wrong with a node, as far as it could be looked at.</summary>
public sealed class DoctorReport(IReadOnlyList<Finding> findings, IReadOnlyList<Omission> omissions)
{
    public IReadOnlyList<Finding> Findings => findings;

    public IReadOnlyList<Omission> Omissions => omissions;

    public int Count(Severity severity)
    {
        var count = 0;
        foreach (var finding in Findings)
            count += finding.Kind.Severity == severity ? 1 : 0;
        return count;
    }
}

using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection;

/// <summary>A check that could not be done.</summary>
/// <param name="what">The name of the check, such as "address reservations".</param>
/// <param name="reason">The error message.</param>
public sealed class Omission(string what, string reason)
{
    public string What => what;

    public string Reason => reason;
}

/// <summary>The findings of one run, and the checks that could not be done.</summary>
public sealed class DoctorReport(IReadOnlyList<Finding> findings, IReadOnlyList<Omission> omissions)
{
    public IReadOnlyList<Finding> Findings => findings;

    public IReadOnlyList<Omission> Omissions => omissions;

    public int Count(Severity severity)
    {
        var count = 0;
        foreach (var finding in Findings)
            count += finding.Severity == severity ? 1 : 0;
        return count;
    }
}

namespace CniBridge.Node.Inspection.Findings;

/// <summary>
/// A fault of this node. Each kind of finding has a method that creates it from typed values, and a row in docs/doctor.md.
/// </summary>
/// <param name="id">The kind: words joined by hyphens. It never changes, because scripts use it.</param>
/// <param name="what">The fault, in one sentence.</param>
/// <param name="why">The consequence for pods. It contains no values of this node.</param>
/// <param name="fix">One shell command that fixes the fault.</param>
public sealed class Finding(string id, Severity severity, string what, string why, ShellCommand fix)
{
    public string Id => id;

    public Severity Severity => severity;

    public string What => what;

    public string Why => why;

    public string Fix { get; } = fix.ToString();

    internal static Finding Error(string id, string what, string why, ShellCommand fix) => new(id, Severity.Error, what, why, fix);

    internal static Finding Warning(string id, string what, string why, ShellCommand fix) => new(id, Severity.Warning, what, why, fix);
}

namespace CniBridge.Node.Inspection.Findings;

/// <summary>A fault of this node.</summary>
/// <param name="what">The fault, with names and values filled in.</param>
/// <param name="fix">A shell command that fixes it, with names and values filled in.</param>
public sealed class Finding(FindingKind kind, string what, string fix)
{
    public FindingKind Kind => kind;

    public string What => what;

    public string Fix => fix;
}

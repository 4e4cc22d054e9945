namespace CniBridge.Node.Inspection;

/// <summary>A fault of this node.</summary>
/// <param name="what">With names and values.</param>
/// <param name="fix">One command of the shell, with names and values.</param>
public sealed class Finding(FindingKind kind, string what, string fix)
{
    public FindingKind Kind => kind;

    public string What => what;

    public string Fix => fix;
}

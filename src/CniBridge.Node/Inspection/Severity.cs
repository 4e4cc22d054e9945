namespace CniBridge.Node.Inspection;

/// <summary>How bad a finding is.</summary>
public enum Severity
{
    /// <summary>Pods work, and something is wrong or will go wrong.</summary>
    Warning,

    /// <summary>Pods do not work, or new ones will not.</summary>
    Error,
}

namespace CniBridge.Node.Inspection.Findings;

/// <summary>The severity of a finding.</summary>
public enum Severity
{
    /// <summary>Pods work, but a part of the node is faulty or will fail.</summary>
    Warning,

    /// <summary>Pods do not work, or new pods will not work.</summary>
    Error,
}

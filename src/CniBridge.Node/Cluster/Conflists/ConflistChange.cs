namespace CniBridge.Node.Cluster.Conflists;

/// <summary>The result of writing a configuration file.</summary>
public enum ConflistChange
{
    /// <summary>The file had the text already.</summary>
    None,

    /// <summary>The file was written, or would be written in a dry run.</summary>
    Written,

    /// <summary>The file was not written, because it belongs to the operator or another program.</summary>
    NotOurs,
}

namespace CniBridge.Node.Cluster;

/// <summary>What became of a configuration file that was to have a certain text.</summary>
public enum ConflistChange
{
    /// <summary>It has that text already.</summary>
    None,

    /// <summary>It has it now, or would.</summary>
    Written,

    /// <summary>Somebody else wrote it, so it is left alone.</summary>
    NotOurs,
}

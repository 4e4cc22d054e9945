namespace CniBridge.Plugins.Inspection;

public enum RebuildStep
{
    /// <summary>The address was not reserved, and is now reserved for its pod.</summary>
    Restored,

    /// <summary>The address was reserved, and its namespace is now recorded.</summary>
    Recorded,

    /// <summary>The address is reserved for another owner: two pods may have it.</summary>
    Taken,
}

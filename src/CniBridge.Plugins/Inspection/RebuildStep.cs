namespace CniBridge.Plugins.Inspection;

public enum RebuildStep
{
    /// <summary>Nobody had reserved it; it is reserved for its pod now.</summary>
    Restored,

    /// <summary>It was reserved, and now it is known for which namespace.</summary>
    Recorded,

    /// <summary>Another has it reserved: two pods may have the address.</summary>
    Taken,
}

namespace CniBridge.Node.Cluster.Sources;

/// <summary>The values that an unreadable part of a Node hides.</summary>
enum NodeObjectDamage
{
    Addresses,
    PodRanges,

    /// <summary>All values of the node.</summary>
    Everything,
}

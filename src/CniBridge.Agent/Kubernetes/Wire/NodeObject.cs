namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>The fields of a Node (v1) from which routes follow; nothing else of a node is kept in memory.</summary>
sealed class NodeObject : IEquatable<NodeObject>
{
    /// <summary>metadata.name</summary>
    internal string Name { get; set; } = "";

    /// <summary>metadata.resourceVersion; a watch continues from it.</summary>
    internal string ResourceVersion { get; set; } = "";

    /// <summary>metadata.creationTimestamp, in seconds since 1970.</summary>
    internal long CreationTime { get; set; } = long.MaxValue;

    /// <summary>spec.podCIDR, the first of <see cref="PodRanges"/>; some tools set only this field.</summary>
    internal string PodRange { get; set; } = "";

    /// <summary>spec.podCIDRs as written.</summary>
    internal List<string> PodRanges { get; } = [];

    /// <summary>The addresses of type InternalIP in status.addresses, as written.</summary>
    internal List<string> Addresses { get; } = [];

    /// <summary>Returns whether both nodes lead to the same routes. Ignores the resource version, which each heartbeat changes.</summary>
    public bool Equals(NodeObject? other) => other is not null && Name == other.Name && CreationTime == other.CreationTime
        && PodRange == other.PodRange && PodRanges.SequenceEqual(other.PodRanges) && Addresses.SequenceEqual(other.Addresses);

    public override bool Equals(object? obj) => Equals(obj as NodeObject);

    public override int GetHashCode() => HashCode.Combine(Name, CreationTime, PodRange);
}

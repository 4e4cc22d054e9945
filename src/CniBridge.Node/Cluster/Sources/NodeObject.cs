using System.Globalization;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// The fields of a Kubernetes Node (v1) from which routes follow; nothing else of a node is kept in memory. A node that is being deleted
/// counts, because its pods still run.
/// </summary>
sealed class NodeObject : IEquatable<NodeObject>
{
    /// <summary>The creation time of a node that has none. Such a node counts as the newest.</summary>
    internal const long NoTime = long.MaxValue;

    /// <summary>metadata.name; empty if it is missing.</summary>
    internal string Name { get; set; } = "";

    /// <summary>metadata.resourceVersion; a watch continues from it.</summary>
    internal string ResourceVersion { get; set; } = "";

    /// <summary>metadata.creationTimestamp, in seconds since 1970.</summary>
    internal long CreationTime { get; set; } = NoTime;

    /// <summary>spec.podCIDR, the first of <see cref="PodRanges"/>; some programs write only this field. Empty if it is missing.</summary>
    internal string PodRange { get; set; } = "";

    /// <summary>spec.podCIDRs as written.</summary>
    internal List<string> PodRanges { get; } = [];

    /// <summary>The addresses of type InternalIP in status.addresses, as written.</summary>
    internal List<string> Addresses { get; } = [];

    /// <summary>The parts that have the wrong type, with the consequence for the entry. An API server sends none.</summary>
    internal List<(string Text, NodeObjectDamage Damage)> Damages { get; } = [];

    /// <summary>Returns whether both nodes lead to the same routes. Ignores the resource version, which each heartbeat changes.</summary>
    public bool Equals(NodeObject? other) => other is not null && Name == other.Name && CreationTime == other.CreationTime
        && PodRange == other.PodRange && PodRanges.SequenceEqual(other.PodRanges) && Addresses.SequenceEqual(other.Addresses)
        && Damages.SequenceEqual(other.Damages);

    public override bool Equals(object? obj) => Equals(obj as NodeObject);

    public override int GetHashCode() => HashCode.Combine(Name, CreationTime, PodRange);

    /// <summary>Returns the claim of this node, and adds the problems of its values to the list.</summary>
    /// <param name="place">The position of the node, such as items[3], for messages about a node without a name.</param>
    internal NodeClaim ToClaim(string place, List<NodeProblem> problems)
    {
        var entry = new NodeEntry(place) { Name = Name, CreationTime = FormatTime() };
        foreach (var (text, damage) in Damages)
            Report(entry, text, damage);
        foreach (var address in Addresses)
            entry.AddAddress(address);
        foreach (var range in PodRanges)
            entry.AddPodRange(range);
        // A node without pod CIDRs is valid: it has not been assigned one yet.
        if (PodRanges.Count == 0 && PodRange.Length > 0)
            entry.AddPodRange(PodRange);
        return entry.Finish(problems);
    }

    string? FormatTime() => CreationTime == NoTime
        ? null
        : DateTimeOffset.FromUnixTimeSeconds(CreationTime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    static void Report(NodeEntry entry, string text, NodeObjectDamage damage)
    {
        switch (damage)
        {
            case NodeObjectDamage.Addresses:
                entry.AddAddressProblem(text);
                break;
            case NodeObjectDamage.PodRanges:
                entry.AddRangeProblem(text);
                break;
            default:
                entry.AddDamage(text);
                break;
        }
    }
}

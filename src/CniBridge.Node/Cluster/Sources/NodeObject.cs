using System.Globalization;
using CniBridge.Linux;
using CniBridge.Node.Cluster.Nodes;

namespace CniBridge.Node.Cluster.Sources;

/// <summary>
/// The fields of a Kubernetes Node (v1) that the agent uses; nothing else of a node is kept in memory. A node that is being deleted
/// counts, because its pods still run.
/// </summary>
sealed class NodeObject : IEquatable<NodeObject>
{
    /// <summary>The creation time of a node that has none. Such a node counts as the newest.</summary>
    internal const long NoTime = long.MaxValue;

    /// <summary>The type of the condition that keeps pods away from a node whose network is not ready.</summary>
    internal const string NetworkCondition = "NetworkUnavailable";

    static readonly long s_firstTime = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    static readonly long s_lastTime = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>
    /// The most addresses, and the most pod CIDRs, of a node. Kubernetes has no limit, and each kubelet chooses the addresses of its node.
    /// </summary>
    internal const int MaxValues = 1000;

    /// <summary>The longest text that is kept. No valid name, address or pod CIDR is longer.</summary>
    const int MaxText = 253;

    readonly List<string> _podRanges = [], _addresses = [];
    string _name = "", _podRange = "", _networkUnavailable = "";
    long _creationTime = NoTime;

    /// <summary>metadata.name; empty if it is missing.</summary>
    internal string Name { get => _name; set => _name = PrintableText.Cut(value, MaxText); }

    /// <summary>metadata.resourceVersion; a watch continues from it.</summary>
    internal string ResourceVersion { get; set; } = "";

    /// <summary>metadata.creationTimestamp, in seconds since 1970. A time outside the calendar counts as missing.</summary>
    internal long CreationTime
    {
        get => _creationTime;
        set => _creationTime = value >= s_firstTime && value <= s_lastTime ? value : NoTime;
    }

    /// <summary>spec.podCIDR, the first of <see cref="PodRanges"/>; some programs write only this field. Empty if it is missing.</summary>
    internal string PodRange { get => _podRange; set => _podRange = PrintableText.Cut(value, MaxText); }

    /// <summary>spec.podCIDRs as written, at most <see cref="MaxValues"/>.</summary>
    internal IReadOnlyList<string> PodRanges => _podRanges;

    /// <summary>The addresses of type InternalIP in status.addresses, as written, at most <see cref="MaxValues"/>.</summary>
    internal IReadOnlyList<string> Addresses => _addresses;

    /// <summary>The approximate memory of this object in bytes.</summary>
    internal int Size => 200 + SizeOf(Name) + SizeOf(ResourceVersion) + SizeOf(PodRange) + PodRanges.Sum(SizeOf) + Addresses.Sum(SizeOf);

    /// <summary>
    /// The status of the condition <see cref="NetworkCondition"/> in status.conditions: "True", "False" or "Unknown"; empty if it is
    /// missing. Routes do not depend on it.
    /// </summary>
    internal string NetworkUnavailable { get => _networkUnavailable; set => _networkUnavailable = PrintableText.Cut(value, MaxText); }

    /// <summary>The parts that have the wrong type, with the consequence for the entry. An API server sends none.</summary>
    internal List<(string Text, NodeObjectDamage Damage)> Damages { get; } = [];

    internal void AddPodRange(string text) =>
        Add(_podRanges, text, $"the node has more than {MaxValues} pod CIDRs", NodeObjectDamage.PodRanges);

    internal void AddAddress(string text) =>
        Add(_addresses, text, $"the node has more than {MaxValues} addresses", NodeObjectDamage.Addresses);

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

    /// <summary>Adds a value. The damage keeps the routes that may belong to values that are not read.</summary>
    void Add(List<string> values, string text, string problem, NodeObjectDamage damage)
    {
        if (values.Count < MaxValues)
            values.Add(PrintableText.Cut(text, MaxText));
        else if (!Damages.Contains((problem, damage)))
            Damages.Add((problem, damage));
    }

    static int SizeOf(string text) => 32 + (2 * text.Length);

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

using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster.Nodes;

/// <summary>One node's entry while it is read: its usable values and its problems.</summary>
/// <param name="place">The position of the entry, such as nodes[3].</param>
sealed class NodeEntry(string place)
{
    readonly List<string> _problems = [], _rangeProblems = [];
    readonly List<IpAddress> _addresses = [];
    readonly List<Cidr> _podRanges = [];
    bool _hasUnreadableAddresses, _hasUnreadableRanges, _hasUnknownKey, _isKnownAsNameless;

    internal string? Name { get; set; }

    /// <summary>See <see cref="NodeClaim.CreationTime"/>.</summary>
    internal string? CreationTime { get; set; }

    /// <summary>True if the entry has an address, valid or not.</summary>
    internal bool HasAddresses { get; private set; }

    /// <summary>True if the entry has a pod CIDR, valid or not.</summary>
    internal bool HasPodRanges { get; private set; }

    /// <summary>True if the entry has the key podRanges, so that an unknown key is not a misspelling of it.</summary>
    internal bool HasRangeKey { get; set; }

    /// <summary>Adds a problem that hides addresses of the node.</summary>
    internal void AddAddressProblem(string text)
    {
        _hasUnreadableAddresses = true;
        _problems.Add(text);
    }

    /// <summary>The entry was judged where it came from: a Node of Kubernetes may have no address yet.</summary>
    internal bool IsKept { get; set; }

    /// <summary>
    /// Notes that a part of the entry could not be read where it came from. The problem that said so was reported then, and is kept
    /// beside the entry.
    /// </summary>
    /// <param name="part">See <see cref="UnreadableParts"/>; another text is ignored.</param>
    internal void MarkUnreadable(string? part)
    {
        _hasUnreadableAddresses |= part == UnreadableParts.Addresses;
        _hasUnreadableRanges |= part == UnreadableParts.PodRanges;
        _isKnownAsNameless |= part == UnreadableParts.Name;
    }

    /// <summary>Adds the problem of an entry that names no address at all.</summary>
    internal void RequireAddresses()
    {
        if (!HasAddresses && !IsKept)
            AddAddressProblem("the node has no addresses, so no route can lead to it");
    }

    /// <summary>Adds a problem that hides all values of the node.</summary>
    internal void AddDamage(string text)
    {
        _hasUnreadableAddresses = true;
        AddRangeProblem(text);
    }

    internal void AddAddress(string? text)
    {
        HasAddresses = true;
        if (IpAddress.TryParse(text, out var address))
            _addresses.Add(address);
        else
            AddAddressProblem($"invalid address {NodeNames.Shown(text ?? "")}: use an IP address");
    }

    internal void AddPodRange(string? text)
    {
        HasPodRanges = true;
        if (Cidr.TryParse(text, out var range))
            _podRanges.Add(range);
        else
            AddRangeProblem($"invalid pod CIDR {NodeNames.Shown(text ?? "")}: use ADDRESS/LENGTH such as 10.244.1.0/24");
    }

    /// <summary>Adds a problem that hides pod CIDRs of the node.</summary>
    internal void AddRangeProblem(string text)
    {
        _hasUnreadableRanges = true;
        _rangeProblems.Add(text);
    }

    /// <summary>Adds the problem of an unknown key, which may be a misspelling of podRanges.</summary>
    internal void AddUnknownKey(string text)
    {
        _hasUnknownKey = true;
        _rangeProblems.Add(text);
    }

    /// <summary>Returns the claim of this entry, and adds its problems to the list.</summary>
    internal NodeClaim Finish(List<NodeProblem> problems)
    {
        if (string.IsNullOrEmpty(Name) && !_isKnownAsNameless)
            _problems.Add("the entry has no name and is not used");
        var shown = Name is not null && NodeNames.IsValid(Name) ? Name : place;
        foreach (var text in _problems)
            problems.Add(new NodeProblem(shown, text));
        foreach (var text in _rangeProblems)
            problems.Add(new NodeProblem(shown, text) { CostsPodRange = true });
        return new NodeClaim(new ClusterNode(Name ?? "", [.. _addresses], [.. _podRanges]))
        {
            IsNameless = string.IsNullOrEmpty(Name),
            HasUnreadableAddresses = _hasUnreadableAddresses,
            HasUnreadableRanges = _hasUnreadableRanges || (_hasUnknownKey && !HasRangeKey),
            CreationTime = CreationTime,
        };
    }
}

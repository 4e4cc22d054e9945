using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>One node as it is being read: what can be used of it, and what is wrong with the rest.</summary>
/// <param name="place">Where it stands: nodes[3].</param>
sealed class NodeEntry(string place)
{
    readonly List<string> _problems = [], _rangeProblems = [];
    readonly List<IpAddress> _addresses = [];
    readonly List<Cidr> _podRanges = [];
    bool _hasUnreadableAddresses, _hasUnreadableRanges, _hasUnknownKey;

    internal string? Name { get; set; }

    /// <summary>See <see cref="NodeClaim.CreationTime"/>.</summary>
    internal string? CreationTime { get; set; }

    /// <summary>Good ones or bad ones.</summary>
    internal bool HasAddresses { get; private set; }

    /// <summary>Good ones or bad ones.</summary>
    internal bool HasPodRanges { get; private set; }

    /// <summary>The key of pod ranges is there, so that no misspelt key stands for it.</summary>
    internal bool HasRangeKey { get; set; }

    /// <summary>Adds a problem because of which some of the node's addresses are unknown.</summary>
    internal void AddAddressProblem(string text)
    {
        _hasUnreadableAddresses = true;
        _problems.Add(text);
    }

    /// <summary>Adds a problem because of which nothing of the node is known.</summary>
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
            AddAddressProblem($"the address {NodeNames.Shown(text ?? "")} is no IP address, so it is not used");
    }

    internal void AddPodRange(string? text)
    {
        HasPodRanges = true;
        if (Cidr.TryParse(text, out var range))
            _podRanges.Add(range);
        else
            AddRangeProblem($"the pod range {NodeNames.Shown(text ?? "")} is not ADDRESS/LENGTH such as 10.244.1.0/24, so it is not used");
    }

    /// <summary>Adds a problem because of which some of the node's pod ranges are unknown.</summary>
    internal void AddRangeProblem(string text)
    {
        _hasUnreadableRanges = true;
        _rangeProblems.Add(text);
    }

    /// <summary>Adds the problem of a key that may be a misspelt one.</summary>
    internal void AddUnknownKey(string text)
    {
        _hasUnknownKey = true;
        _rangeProblems.Add(text);
    }

    /// <summary>Returns the claim of this entry, and adds its problems to the others'.</summary>
    internal NodeClaim Finish(List<NodeProblem> problems)
    {
        if (string.IsNullOrEmpty(Name))
            _problems.Add("it has no name, so it is not used");
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

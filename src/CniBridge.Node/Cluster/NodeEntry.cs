using CniBridge.Linux.Addresses;

namespace CniBridge.Node.Cluster;

/// <summary>One node as it is being read: what can be used of it, and what is wrong with the rest.</summary>
/// <param name="place">Where it stands: nodes[3].</param>
sealed class NodeEntry(string place)
{
    readonly List<string> _problems = [], _rangeProblems = [];
    readonly List<IpAddress> _addresses = [];
    readonly List<Cidr> _podRanges = [];

    internal string? Name { get; set; }

    /// <summary>RFC 3339, in UTC as Kubernetes writes it: in the order of texts. Where there is none the node is the newest.</summary>
    internal string CreationTime { get; set; } = "9999-12-31T23:59:59Z";

    /// <summary>Good ones or bad ones.</summary>
    internal bool HasAddresses { get; private set; }

    /// <summary>Good ones or bad ones.</summary>
    internal bool HasPodRanges { get; private set; }

    internal void AddProblem(string text) => _problems.Add(text);

    internal void AddAddress(string? text)
    {
        HasAddresses = true;
        if (IpAddress.TryParse(text, out var address))
            _addresses.Add(address);
        else
            AddProblem($"the address {NodeNames.Shown(text ?? "")} is no IP address, so it is not used");
    }

    internal void AddPodRange(string? text)
    {
        HasPodRanges = true;
        if (Cidr.TryParse(text, out var range))
            _podRanges.Add(range);
        else
            AddRangeProblem($"the pod range {NodeNames.Shown(text ?? "")} is not ADDRESS/LENGTH such as 10.244.1.0/24, so it is not used");
    }

    internal void AddRangeProblem(string text) => _rangeProblems.Add(text);

    /// <summary>Null for one without a name: its problem says so.</summary>
    internal ClusterNode? Finish(List<NodeProblem> problems)
    {
        if (string.IsNullOrEmpty(Name))
            AddProblem("it has no name, so it is not used");
        var shown = Name is not null && NodeNames.IsValid(Name) ? Name : place;
        foreach (var text in _problems)
            problems.Add(new NodeProblem(shown, text));
        foreach (var text in _rangeProblems)
            problems.Add(new NodeProblem(shown, text) { CostsPodRange = true });
        return string.IsNullOrEmpty(Name) ? null : new ClusterNode(Name, _addresses, _podRanges);
    }
}

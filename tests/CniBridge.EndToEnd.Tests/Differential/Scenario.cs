namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// One row of the table: what is done, once with the Go plugins on a fresh node and once with ours on another. After
/// every step both nodes must be the same, but for <see cref="Differences"/>.
/// </summary>
/// <param name="Name">What the row is about; names the test.</param>
/// <param name="Configuration">The plugin's configuration, as a runtime passes it.</param>
sealed record Scenario(string Name, string Configuration)
{
    /// <summary>Further configurations, for steps that name one as their <see cref="Step.Network"/>.</summary>
    public IReadOnlyDictionary<string, string> Networks { get; init; } = new Dictionary<string, string>();

    /// <summary>What it takes besides the plugins.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>What is done, in order; the first has number 1.</summary>
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>What is known to differ, and why. One that is not there fails as one that is not listed.</summary>
    public IReadOnlyList<Difference> Differences { get; init; } = [];

    /// <summary>Everything of the row that could name a hardware address.</summary>
    public string Text => string.Join('\n', [
        Configuration, .. Networks.Values, .. Steps.Select(step => step.Arguments), .. Steps.Select(step => step.Pod)]);
}

/// <summary>One call of a plugin, or (verb "sh") a command of the administrator.</summary>
/// <param name="Pod">The pod the call is for; for "sh" the command.</param>
sealed record Step(string Verb, string Pod)
{
    public const string Shell = "sh";

    public string Interface { get; init; } = "eth0";

    /// <summary>CNI_ARGS.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>CNI_NETNS, where it is not the pod's namespace.</summary>
    public string? Namespace { get; init; }

    /// <summary>The configuration, where it is not the scenario's main one.</summary>
    public string? Network { get; init; }

    /// <summary>What Go is expected to do; that ours does the same is compared.</summary>
    public bool Fails { get; init; }

    /// <summary>Ours leaves everything as it is, be it state of the attachment or of the node.</summary>
    public bool ChangesNothing { get; init; }

    public override string ToString() =>
        $"{Verb} {Pod}{(Interface == "eth0" ? "" : " " + Interface)}{(Network is null ? "" : " in " + Network)}";
}

/// <summary>Something that is known to differ.</summary>
/// <param name="Path">Where in the state, see <see cref="NodeSnapshot"/>; * stands for any text.</param>
/// <param name="Go">Go's value, * as above; null where there is none.</param>
/// <param name="Ours">Our value, likewise.</param>
/// <param name="Reason">Why; common ones stand in <see cref="Known"/>.</param>
sealed record Difference(string Path, string? Go, string? Ours, string Reason)
{
    /// <summary>Numbers of the steps after which it is seen, and after no other; empty for all of them.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    /// <summary>Go's value is left to chance and may be ours.</summary>
    public bool IsByChance { get; init; }

    public bool IsExpectedAfter(int step) => After.Count == 0 || After.Contains(step);

    public bool Matches(string path, string? go, string? ours) =>
        Glob.Matches(Path, path) && Matches(Go, go) && Matches(Ours, ours);

    static bool Matches(string? pattern, string? value) =>
        pattern is null || value is null ? pattern == value : Glob.Matches(pattern, value);
}

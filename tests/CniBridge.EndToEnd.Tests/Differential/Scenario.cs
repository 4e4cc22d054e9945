namespace CniBridge.EndToEnd.Tests.Differential;

/// <summary>
/// One row of the table. Its steps run with the Go plugins on a new node and with our plugins on another one. After every step both nodes
/// must be equal, except for <see cref="Differences"/>.
/// </summary>
/// <param name="Name">The subject of the row, which is part of the test's name.</param>
/// <param name="Configuration">The plugin's configuration, as a runtime passes it.</param>
sealed record Scenario(string Name, string Configuration)
{
    /// <summary>Further configurations for steps that name one as their <see cref="Step.Network"/>.</summary>
    public IReadOnlyDictionary<string, string> Networks { get; init; } = new Dictionary<string, string>();

    /// <summary>The needed programs besides the plugins.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>The steps in order. The first has number 1.</summary>
    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>The known differences with their reasons. A missing difference fails like an unlisted one.</summary>
    public IReadOnlyList<Difference> Differences { get; init; } = [];

    /// <summary>All text of the row that could contain a MAC.</summary>
    public string Text => string.Join('\n', [
        Configuration, .. Networks.Values, .. Steps.Select(step => step.Arguments), .. Steps.Select(step => step.Pod)]);
}

/// <summary>One call of a plugin, or a command of the administrator (verb "sh").</summary>
/// <param name="Pod">The pod the call is for; for "sh" the command.</param>
sealed record Step(string Verb, string Pod)
{
    public const string Shell = "sh";

    public string Interface { get; init; } = "eth0";

    /// <summary>The value of CNI_ARGS.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The value of CNI_NETNS if it is not the namespace of the pod.</summary>
    public string? Namespace { get; init; }

    /// <summary>The configuration if it is not the main one of the scenario.</summary>
    public string? Network { get; init; }

    /// <summary>True if the call of Go must fail. Our result is compared with it.</summary>
    public bool Fails { get; init; }

    /// <summary>True if our call must change neither the attachment nor the node.</summary>
    public bool ChangesNothing { get; init; }

    public override string ToString() =>
        $"{Verb} {Pod}{(Interface == "eth0" ? "" : " " + Interface)}{(Network is null ? "" : " in " + Network)}";
}

/// <summary>A known difference.</summary>
/// <param name="Path">The place in the state, see <see cref="NodeSnapshot"/>; * stands for any text.</param>
/// <param name="Go">Go's value with * as above; null for no value.</param>
/// <param name="Ours">Our value in the same form.</param>
/// <param name="Reason">The reason; common ones are in <see cref="Known"/>.</param>
sealed record Difference(string Path, string? Go, string? Ours, string Reason)
{
    /// <summary>The numbers of the steps after which the difference occurs. Empty for all steps.</summary>
    public IReadOnlyList<int> After { get; init; } = [];

    /// <summary>True if Go's value is random and may equal ours.</summary>
    public bool IsByChance { get; init; }

    public bool IsExpectedAfter(int step) => After.Count == 0 || After.Contains(step);

    public bool Matches(string path, string? go, string? ours) =>
        Glob.Matches(Path, path) && Matches(Go, go) && Matches(Ours, ours);

    static bool Matches(string? pattern, string? value) =>
        pattern is null || value is null ? pattern == value : Glob.Matches(pattern, value);
}

namespace CniBridge.Node.Installation;

/// <summary>One thing that an uninstallation does. Done already is as good.</summary>
/// <param name="What">For people, after the verb: "the file /etc/cni/net.d/10-cni-bridge.conflist".</param>
public sealed record UninstallationStep(UninstallationVerb Verb, string What, Action Run);

public enum UninstallationVerb
{
    Remove,

    /// <summary>What was there before is there again.</summary>
    PutBack,

    /// <summary>A setting of the kernel.</summary>
    Set,
}

/// <summary>What is not undone, and why.</summary>
public sealed record LeftAlone(string What, string Why);

/// <summary>What an uninstallation is to do, in order, and what it will leave alone.</summary>
public sealed class UninstallationPlan
{
    readonly List<UninstallationStep> _steps = [];
    readonly List<LeftAlone> _left = [];

    public IReadOnlyList<UninstallationStep> Steps => _steps;

    public IReadOnlyList<LeftAlone> Left => _left;

    internal void Remove(string what, Action run) => Add(UninstallationVerb.Remove, what, run);

    internal void Add(UninstallationVerb verb, string what, Action run) => _steps.Add(new UninstallationStep(verb, what, run));

    internal void Leave(string what, string why) => _left.Add(new LeftAlone(what, why));
}

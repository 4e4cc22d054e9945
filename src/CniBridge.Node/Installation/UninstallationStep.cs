namespace CniBridge.Node.Installation;

/// <summary>One step of an uninstallation. It can be repeated.</summary>
/// <param name="What">The object, to follow the verb in messages: "the file /etc/cni/net.d/10-cni-bridge.conflist".</param>
public sealed record UninstallationStep(UninstallationVerb Verb, string What, Action Run);

public enum UninstallationVerb
{
    Remove,

    /// <summary>Restores the original file.</summary>
    PutBack,

    /// <summary>Restores a kernel setting.</summary>
    Set,
}

/// <summary>An object that is not removed, and the reason.</summary>
public sealed record LeftAlone(string What, string Why);

/// <summary>The steps of an uninstallation in order, and the objects that it leaves.</summary>
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

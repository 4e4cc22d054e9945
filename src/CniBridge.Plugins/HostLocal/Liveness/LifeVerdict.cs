namespace CniBridge.Plugins.HostLocal.Liveness;

public enum LifeState
{
    /// <summary>Nothing proves it either way.</summary>
    Unknown,
    Alive,
    Dead,
}

/// <summary>Does the attachment that has an address still live, and how is that known?</summary>
/// <param name="How">A clause: "its namespace is at /run/netns/pod".</param>
public sealed record LifeVerdict(LifeState State, string How)
{
    /// <summary>Of a file without content.</summary>
    public static LifeVerdict Empty { get; } = new(LifeState.Dead, "it names nobody: a crash of the Go plugin left it");
}

namespace CniBridge.Plugins.HostLocal.Liveness;

public enum Liveness
{
    /// <summary>Nothing proves it either way.</summary>
    Unknown,
    Alive,
    Dead,
}

/// <summary>Does the attachment that has an address still live, and how is that known?</summary>
/// <param name="How">A clause: "its namespace is at /run/netns/pod".</param>
public sealed record LivenessResult(Liveness State, string How)
{
    /// <summary>Of a file without content.</summary>
    public static LivenessResult Empty { get; } = new(Liveness.Dead, "it names nobody: a crash of the Go plugin left it");
}

namespace CniBridge.Plugins.HostLocal.Liveness;

public enum LivenessState
{
    /// <summary>There is no proof of either state.</summary>
    Unknown,
    Alive,
    Dead,
}

/// <summary>The state of an attachment, and the proof of it.</summary>
/// <param name="How">A clause: "its namespace is at /run/netns/pod".</param>
public sealed record LivenessResult(LivenessState State, string How)
{
    /// <summary>The result for a reservation file without content.</summary>
    public static LivenessResult Empty { get; } = new(LivenessState.Dead, "its file is empty after a crash of the Go plugin");
}

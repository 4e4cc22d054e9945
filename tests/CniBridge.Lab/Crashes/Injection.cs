namespace CniBridge.Lab.Crashes;

/// <summary>The disturbance of one system call in a run.</summary>
/// <param name="Call">The name of the system call.</param>
/// <param name="Number">The number among the run's calls with that name, from 1.</param>
/// <param name="Error">The name of the errno with which it fails; null to kill the process.</param>
sealed record Injection(string Call, int Number, string? Error)
{
    /// <summary>The options of strace.</summary>
    public IReadOnlyList<string> Options => Error is null
        ? ["-e", $"trace={Call}", "-e", $"inject={Call}:signal=KILL:when={Number}"]
        // strace stops only at this call. A signal could get lost at such a stop, because the kernel ignores it there.
        : ["--seccomp-bpf", "-e", $"trace={Call}", "-e", $"inject={Call}:error={Error}:when={Number}"];

    public override string ToString() => $"{Call} {Number} {Error ?? "killed"}";
}

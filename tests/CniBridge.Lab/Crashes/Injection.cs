namespace CniBridge.Lab.Crashes;

/// <summary>The disturbance of one system call in a run.</summary>
/// <param name="Call">The kernel's name of it.</param>
/// <param name="Number">Which of the run's calls of that name, from 1.</param>
/// <param name="Error">The errno that it fails with, by name; null: the process is killed instead of it.</param>
sealed record Injection(string Call, int Number, string? Error)
{
    /// <summary>The options of strace.</summary>
    public IReadOnlyList<string> Options => Error is null
        ? ["-e", $"trace={Call}", "-e", $"inject={Call}:signal=KILL:when={Number}"]
        // Only this call is stopped at. A signal would get lost that way: the kernel passes over it at such a stop.
        : ["--seccomp-bpf", "-e", $"trace={Call}", "-e", $"inject={Call}:error={Error}:when={Number}"];

    public override string ToString() => $"{Call} {Number} {Error ?? "killed"}";
}

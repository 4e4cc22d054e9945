namespace CniBridge.Lab.Crashes;

/// <summary>The errors of the kernel for a failed system call, by the kind of call.</summary>
static class CallErrors
{
    static readonly string[] s_directory = ["ENOSPC", "EIO"];
    static readonly string[] s_memory = ["ENOMEM"];

    static readonly Dictionary<string, string[]> s_errors = new()
    {
        ["openat"] = ["EMFILE"],
        ["read"] = ["EIO"],
        ["pread64"] = ["EIO"],
        ["getdents64"] = ["EIO"],
        ["readlink"] = ["EIO"],
        // close is not in the list: Linux closes the file even if close fails, and strace could only prevent that.
        ["write"] = ["ENOSPC", "EIO"],
        ["pwrite64"] = ["ENOSPC", "EIO"],
        ["ftruncate"] = ["EIO"],
        ["fsync"] = ["EIO"],
        ["utimensat"] = ["EIO"],
        ["mkdir"] = s_directory,
        ["linkat"] = s_directory,
        ["rename"] = s_directory,
        ["unlink"] = ["EIO"],
        ["rmdir"] = ["EIO"],
        ["stat"] = ["EIO"],
        ["statx"] = ["EIO"],
        ["newfstatat"] = ["EIO"],
        ["flock"] = ["ENOLCK"],
        ["socket"] = ["EMFILE", "ENOMEM"],
        ["socketpair"] = ["EMFILE"],
        ["close_range"] = ["ENOSYS"],
        ["bind"] = s_memory,
        ["setsockopt"] = ["ENOBUFS"],
        ["sendto"] = ["ENOBUFS", "ENOMEM"],
        ["sendmsg"] = ["ENOBUFS", "ENOMEM"],
        ["recvfrom"] = ["ENOBUFS"],
        ["recvmsg"] = ["ENOBUFS"],
        ["ioctl"] = ["ENOMEM"],
        ["setns"] = s_memory,
        ["poll"] = s_memory,
        ["execve"] = s_memory,
        ["clone"] = s_memory,
        ["clone3"] = s_memory,
        ["brk"] = s_memory,
        ["mmap"] = s_memory,
        ["mprotect"] = s_memory,
        ["munmap"] = s_memory,
        ["madvise"] = s_memory,
        ["membarrier"] = ["ENOSYS"],
        ["rseq"] = ["ENOSYS"],
        ["getrandom"] = ["ENOSYS"],
        ["prlimit64"] = ["EPERM"],
        ["sched_getaffinity"] = ["EPERM"],
    };

    static readonly HashSet<string> s_changes =
    [
        "write", "pwrite64", "ftruncate", "utimensat", "mkdir", "linkat", "rename", "unlink", "rmdir", "sendto", "sendmsg", "setns",
    ];

    static readonly HashSet<string> s_ofTheRuntime =
    [
        "alarm", "arch_prctl", "brk", "clone", "clone3", "execve", "futex", "getpid", "gettid", "madvise", "membarrier", "mmap",
        "mprotect", "munmap", "prlimit64", "rseq", "rt_sigaction", "rt_sigprocmask", "sched_getaffinity", "sched_yield",
        "set_robust_list", "set_tid_address", "sysinfo", "uname",
    ];

    /// <summary>Returns the errors. Empty for a call that cannot fail.</summary>
    public static IReadOnlyList<string> Of(string call) => s_errors.GetValueOrDefault(call, []);

    /// <summary>Returns true if the call changes something on disk, in the kernel or in the process's namespaces.</summary>
    public static bool Changes(string call) => s_changes.Contains(call);

    /// <summary>
    /// Returns true for calls of the loader and the runtime: memory, signals, threads, limits. Most of them run before our code.
    /// </summary>
    public static bool IsOfTheRuntime(string call) => s_ofTheRuntime.Contains(call);
}

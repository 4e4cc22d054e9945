using System.Runtime.InteropServices;

// CS8981: lower-case type names are C's.
#pragma warning disable CS8981

namespace CniBridge.Benchmark;

/// <summary>Native imports of the harness, with the C prototype above each.</summary>
static unsafe partial class LibC
{
    const string libc = "libc";

    // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *file_actions,
    //                 const posix_spawnattr_t *attrp, char *const argv[], char *const envp[]);
    [LibraryImport(libc)]
    internal static partial int posix_spawn(
        int* pid, byte* path, opaque* file_actions, opaque* attrp, byte** argv, byte** envp);

    // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *file_actions);
    [LibraryImport(libc)]
    internal static partial int posix_spawn_file_actions_init(opaque* file_actions);

    // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *file_actions, int fildes, int newfildes);
    [LibraryImport(libc)]
    internal static partial int posix_spawn_file_actions_adddup2(opaque* file_actions, int fildes, int newfildes);

    // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *file_actions);
    [LibraryImport(libc)]
    internal static partial int posix_spawn_file_actions_destroy(opaque* file_actions);

    // int posix_spawnattr_init(posix_spawnattr_t *attr);
    [LibraryImport(libc)]
    internal static partial int posix_spawnattr_init(opaque* attr);

    // int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags);
    [LibraryImport(libc)]
    internal static partial int posix_spawnattr_setflags(opaque* attr, short flags);

    // int posix_spawnattr_setsigdefault(posix_spawnattr_t *attr, const sigset_t *sigdefault);
    [LibraryImport(libc)]
    internal static partial int posix_spawnattr_setsigdefault(opaque* attr, opaque* sigdefault);

    // int posix_spawnattr_destroy(posix_spawnattr_t *attr);
    [LibraryImport(libc)]
    internal static partial int posix_spawnattr_destroy(opaque* attr);

    // int sigfillset(sigset_t *set);
    [LibraryImport(libc)]
    internal static partial int sigfillset(opaque* set);

    // pid_t wait4(pid_t pid, int *wstatus, int options, struct rusage *rusage);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int wait4(int pid, int* wstatus, int options, rusage* usage);

    // int prctl(int option, unsigned long arg2);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int prctl(int option, nuint arg2);

    // int pipe2(int pipefd[2], int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int pipe2(int* pipefd, int flags);

    // int memfd_create(const char *name, unsigned int flags);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int memfd_create(string name, uint flags);

    // ssize_t read(int fd, void *buf, size_t count);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint read(int fd, byte* buf, nuint count);

    // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint pread(int fd, byte* buf, nuint count, nint offset);

    // ssize_t write(int fd, const void *buf, size_t count);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint write(int fd, byte* buf, nuint count);

    // int close(int fd);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int close(int fd);

    // int open(const char *pathname, int flags);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string pathname, int flags);

    // int unshare(int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int unshare(int flags);

    // int setns(int fd, int nstype);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int setns(int fd, int nstype);

    // int mount(const char *source, const char *target, const char *filesystemtype,
    //           unsigned long flags, const void *data);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mount(string source, string target, string? filesystemtype, nuint flags, nint data);

    // int umount2(const char *target, int flags);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int umount2(string target, int flags);

    internal const short POSIX_SPAWN_SETSIGDEF = 0x04;
    internal const int PR_SET_CHILD_SUBREAPER = 36;
    internal const int O_RDONLY = 0;
    internal const int O_CLOEXEC = 0x80000;
    internal const uint MFD_CLOEXEC = 1;
    internal const int CLONE_NEWNET = 0x40000000;
    internal const int MS_BIND = 4096;
    internal const int MNT_DETACH = 2;

    /// <summary>Space for glibc's posix_spawnattr_t (336 bytes), file_actions_t (80) and sigset_t (128).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    internal struct opaque
    {
        [FieldOffset(0)] internal long alignment;
    }

    /// <summary>A struct timeval on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct timeval
    {
        internal long tv_sec;
        internal long tv_usec;
    }

    /// <summary>The used part of a struct rusage on 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 144)]
    internal struct rusage
    {
        [FieldOffset(0)] internal timeval ru_utime;
        [FieldOffset(16)] internal timeval ru_stime;
        [FieldOffset(32)] internal long ru_maxrss;
    }

    /// <summary>Returns a result, or throws the error of errno.</summary>
    internal static nint Check(nint result, string operation) => result >= 0
        ? result
        : throw new IOException($"{operation}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}

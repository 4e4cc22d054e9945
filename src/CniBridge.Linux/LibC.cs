using System.Runtime.InteropServices;

// CS8981: lower-case type names are C's.
#pragma warning disable CS8981

namespace CniBridge.Linux;

/// <summary>
/// Every native import of the product, with C's names and the C prototype above each. Callers check the result and read
/// errno with <see cref="Marshal.GetLastPInvokeError"/>; see <see cref="KernelException.ThrowIfFailed(long, string)"/>.
/// </summary>
static unsafe partial class LibC
{
    const string libc = "libc";

    // int open(const char *pathname, int flags, mode_t mode);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int open(string pathname, int flags, uint mode);

    // unsigned int alarm(unsigned int seconds);
    [LibraryImport(libc)]
    internal static partial uint alarm(uint seconds);

    // int close(int fd);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int close(int fd);

    // ssize_t read(int fd, void *buf, size_t count);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint read(int fd, byte* buf, nuint count);

    // ssize_t write(int fd, const void *buf, size_t count);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint write(int fd, byte* buf, nuint count);

    // ssize_t pread(int fd, void *buf, size_t count, off_t offset);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint pread(int fd, byte* buf, nuint count, nint offset);

    // ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint pwrite(int fd, byte* buf, nuint count, nint offset);

    // int ftruncate(int fd, off_t length);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int ftruncate(int fd, nint length);

    // int fsync(int fd);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int fsync(int fd);

    // int fchmod(int fd, mode_t mode);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int fchmod(int fd, uint mode);

    // int mkdir(const char *pathname, mode_t mode);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int mkdir(string pathname, uint mode);

    // int access(const char *pathname, int mode);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int access(string pathname, int mode);

    // int unlink(const char *pathname);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int unlink(string pathname);

    // int rmdir(const char *pathname);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rmdir(string pathname);

    // int rename(const char *oldpath, const char *newpath);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int rename(string oldpath, string newpath);

    // int linkat(int olddirfd, const char *oldpath, int newdirfd, const char *newpath, int flags);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int linkat(int olddirfd, string oldpath, int newdirfd, string newpath, int flags);

    // int statx(int dirfd, const char *pathname, int flags, unsigned int mask, struct statx *statxbuf);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int statx(int dirfd, string pathname, int flags, uint mask, statx_buffer* statxbuf);

    // int utimensat(int dirfd, const char *pathname, const struct timespec times[2], int flags);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int utimensat(int dirfd, string pathname, timespec* times, int flags);

    // int flock(int fd, int operation);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int flock(int fd, int operation);

    // int ioctl(int fd, unsigned long request, void *argp);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int ioctl(int fd, nuint request, void* argp);

    // int unshare(int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int unshare(int flags);

    // int setns(int fd, int nstype);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int setns(int fd, int nstype);

    // int socket(int domain, int type, int protocol);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int socket(int domain, int type, int protocol);

    // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int bind(int sockfd, sockaddr_nl* addr, uint addrlen);

    // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int setsockopt(int sockfd, int level, int optname, void* optval, uint optlen);

    // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int getsockopt(int sockfd, int level, int optname, void* optval, uint* optlen);

    // ssize_t send(int sockfd, const void *buf, size_t len, int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint send(int sockfd, byte* buf, nuint len, int flags);

    // ssize_t recv(int sockfd, void *buf, size_t len, int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint recv(int sockfd, byte* buf, nuint len, int flags);

    // int inotify_init1(int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int inotify_init1(int flags);

    // int inotify_add_watch(int fd, const char *pathname, uint32_t mask);
    [LibraryImport(libc, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int inotify_add_watch(int fd, string pathname, uint mask);

    // ssize_t getrandom(void *buf, size_t buflen, unsigned int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial nint getrandom(byte* buf, nuint buflen, uint flags);

    // int pipe2(int pipefd[2], int flags);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int pipe2(int* pipefd, int flags);

    // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int poll(pollfd* fds, nuint nfds, int timeout);

    // pid_t waitpid(pid_t pid, int *wstatus, int options);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int waitpid(int pid, int* wstatus, int options);

    // int kill(pid_t pid, int sig);
    [LibraryImport(libc, SetLastError = true)]
    internal static partial int kill(int pid, int sig);

    // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *file_actions,
    //                 const posix_spawnattr_t *attrp, char *const argv[], char *const envp[]);  returns the error number
    [LibraryImport(libc, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int posix_spawn(int* pid, string path, spawn_buffer* file_actions, spawn_buffer* attr, byte** argv, byte** envp);

    // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *file_actions);
    [LibraryImport(libc)]
    internal static partial int posix_spawn_file_actions_init(spawn_buffer* file_actions);

    // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *file_actions, int fildes, int newfildes);
    [LibraryImport(libc)]
    internal static partial int posix_spawn_file_actions_adddup2(spawn_buffer* file_actions, int fildes, int newfildes);

    // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *file_actions);
    [LibraryImport(libc)]
    internal static partial int posix_spawn_file_actions_destroy(spawn_buffer* file_actions);

    // int posix_spawnattr_init(posix_spawnattr_t *attr);
    [LibraryImport(libc)]
    internal static partial int posix_spawnattr_init(spawn_buffer* attr);

    // int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags);
    [LibraryImport(libc)]
    internal static partial int posix_spawnattr_setflags(spawn_buffer* attr, short flags);

    // int posix_spawnattr_setsigdefault(posix_spawnattr_t *attr, const sigset_t *sigdefault);
    [LibraryImport(libc)]
    internal static partial int posix_spawnattr_setsigdefault(spawn_buffer* attr, spawn_buffer* sigdefault);

    // int sigaddset(sigset_t *set, int signum);
    [LibraryImport(libc)]
    internal static partial int sigaddset(spawn_buffer* set, int signum);

    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_APPEND = 0x400;
    internal const int O_CREAT = 0x40;
    internal const int O_EXCL = 0x80;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_DIRECTORY = 0x10000;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_TMPFILE = 0x400000 | O_DIRECTORY;

    internal const int X_OK = 1;
    internal const int W_OK = 2;

    internal const int AT_FDCWD = -100;
    internal const int AT_SYMLINK_FOLLOW = 0x400;
    internal const int AT_EMPTY_PATH = 0x1000;

    internal const uint STATX_MTIME = 0x40;
    internal const uint STATX_INO = 0x100;
    internal const uint STATX_SIZE = 0x200;
    internal const uint STATX_TYPE = 1;
    internal const uint S_IFMT = 0xf000;
    internal const uint S_IFREG = 0x8000;

    internal const nint UTIME_OMIT = 0x3ffffffe;

    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;

    internal const int CLONE_NEWNET = 0x40000000;
    // #define NS_GET_NSTYPE _IO(0xb7, 0x3)
    internal const uint NS_GET_NSTYPE = 0xb703;

    internal const int AF_INET = 2;
    internal const int AF_BRIDGE = 7;
    internal const int AF_INET6 = 10;
    internal const int AF_NETLINK = 16;
    internal const int SOCK_DGRAM = 2;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_SNDBUF = 7;
    internal const int SO_RCVBUF = 8;
    internal const int SO_RCVTIMEO = 20;
    internal const int SO_SNDBUFFORCE = 32;
    internal const int SO_RCVBUFFORCE = 33;
    internal const int SOL_NETLINK = 270;
    internal const int NETLINK_ROUTE = 0;
    internal const int NETLINK_NETFILTER = 12;
    internal const int NETLINK_CAP_ACK = 10;
    internal const int NETLINK_EXT_ACK = 11;
    internal const int NETLINK_GET_STRICT_CHK = 12;
    internal const int MSG_TRUNC = 0x20;
    internal const int MSG_DONTWAIT = 0x40;

    internal const short POLLIN = 0x1;
    internal const short POLLOUT = 0x4;
    internal const short POSIX_SPAWN_SETSIGDEF = 0x4;
    internal const int SIGKILL = 9;
    internal const int SIGPIPE = 13;
    internal const int WNOHANG = 1;

    internal const int IN_CLOEXEC = 0x80000;
    internal const uint IN_CLOSE_WRITE = 0x8;
    internal const uint IN_MOVED_FROM = 0x40;
    internal const uint IN_MOVED_TO = 0x80;
    internal const uint IN_CREATE = 0x100;
    internal const uint IN_DELETE = 0x200;
    internal const uint IN_DELETE_SELF = 0x400;
    internal const uint IN_MOVE_SELF = 0x800;

    internal const uint SIOCGIFNAME = 0x8910;
    internal const uint SIOCGIFHWADDR = 0x8927;
    internal const uint SIOCGIFINDEX = 0x8933;
    internal const uint TIOCGWINSZ = 0x5413;

    /// <summary>struct sockaddr_nl, linux/netlink.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sockaddr_nl
    {
        internal ushort nl_family;
        internal ushort nl_pad;
        internal uint nl_pid;
        internal uint nl_groups;
    }

    /// <summary>struct sockaddr, sys/socket.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct sockaddr
    {
        internal ushort sa_family;
        internal fixed byte sa_data[14];
    }

    /// <summary>struct ifreq, linux/if.h: a name of IFNAMSIZ bytes and a union of 24</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct ifreq
    {
        [FieldOffset(0)] internal fixed byte ifr_name[16];
        [FieldOffset(16)] internal int ifr_ifindex;
        [FieldOffset(16)] internal sockaddr ifr_hwaddr;
    }

    /// <summary>struct pollfd, poll.h</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct pollfd
    {
        internal int fd;
        internal short events;
        internal short revents;
    }

    /// <summary>Room for the opaque structures of spawn.h and signal.h, of which the largest has 336 bytes.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 512)]
    internal struct spawn_buffer;

    /// <summary>struct timeval on 64-bit Linux</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct timeval
    {
        internal long tv_sec;
        internal long tv_usec;
    }

    /// <summary>struct timespec on 64-bit Linux</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct timespec
    {
        internal long tv_sec;
        internal nint tv_nsec;
    }

    /// <summary>struct statx, linux/stat.h: same layout on every architecture, unlike struct stat</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct statx_buffer
    {
        [FieldOffset(0x1c)] internal ushort stx_mode;
        [FieldOffset(0x20)] internal ulong stx_ino;
        [FieldOffset(0x28)] internal ulong stx_size;
        [FieldOffset(0x70)] internal long stx_mtime_sec;
        [FieldOffset(0x78)] internal uint stx_mtime_nsec;
        [FieldOffset(0x88)] internal uint stx_dev_major;
        [FieldOffset(0x8c)] internal uint stx_dev_minor;
    }
}

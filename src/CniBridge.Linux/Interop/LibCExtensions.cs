using System.Runtime.InteropServices;

namespace CniBridge.Linux.Interop;

/// <summary>
/// C functions that the package's <see cref="LibC"/> lacks, each below its C prototype, and overloads that take strings. Callers
/// check the result and read errno with <see cref="Marshal.GetLastPInvokeError"/>; see
/// <see cref="KernelException.ThrowIfFailed(long, string)"/>. Imports are extern, because members of an extension cannot be partial.
/// </summary>
static unsafe class LibCExtensions
{
    const string libc = "libc";

    extension(LibC)
    {
        internal static int open(string pathname, int flags, uint mode)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.open(path.Pointer, flags, (ushort)mode);
        }

        internal static int openat(int dirfd, string pathname, int flags)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.openat(dirfd, path.Pointer, flags, 0);
        }

        internal static int mkdir(string pathname, uint mode)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.mkdir(path.Pointer, (ushort)mode);
        }

        internal static int access(string pathname, int mode)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.access(path.Pointer, mode);
        }

        internal static int unlink(string pathname)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.unlink(path.Pointer);
        }

        internal static int rmdir(string pathname)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.rmdir(path.Pointer);
        }

        // int rename(const char *oldpath, const char *newpath);
        [DllImport(libc, SetLastError = true)]
        internal static extern int rename(byte* oldpath, byte* newpath);

        internal static int rename(string oldpath, string newpath)
        {
            using var old = new CString(oldpath, stackalloc byte[CString.BufferSize]);
            using var @new = new CString(newpath, stackalloc byte[CString.BufferSize]);
            return LibC.rename(old.Pointer, @new.Pointer);
        }

        internal static int linkat(int olddirfd, string oldpath, int newdirfd, string newpath, int flags)
        {
            using var old = new CString(oldpath, stackalloc byte[CString.BufferSize]);
            using var @new = new CString(newpath, stackalloc byte[CString.BufferSize]);
            return LibC.linkat(olddirfd, old.Pointer, newdirfd, @new.Pointer, flags);
        }

        internal static int statx(int dirfd, string pathname, int flags, uint mask, statx* statxbuf)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.statx(dirfd, path.Pointer, flags, mask, statxbuf);
        }

        internal static int utimensat(int dirfd, string pathname, timespec* times, int flags)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.utimensat(dirfd, path.Pointer, times, flags);
        }

        // int statvfs(const char *path, struct statvfs *buf);
        [DllImport(libc, SetLastError = true)]
        internal static extern int statvfs(byte* path, statvfs64* buf);

        internal static int statvfs(string path, statvfs64* buf)
        {
            using var text = new CString(path, stackalloc byte[CString.BufferSize]);
            return LibC.statvfs(text.Pointer, buf);
        }

        // int flock(int fd, int operation);
        [DllImport(libc, SetLastError = true)]
        internal static extern int flock(int fd, int operation);

        // int inotify_init1(int flags);
        [DllImport(libc, SetLastError = true)]
        internal static extern int inotify_init1(int flags);

        // int inotify_add_watch(int fd, const char *pathname, uint32_t mask);
        [DllImport(libc, SetLastError = true)]
        internal static extern int inotify_add_watch(int fd, byte* pathname, uint mask);

        internal static int inotify_add_watch(int fd, string pathname, uint mask)
        {
            using var path = new CString(pathname, stackalloc byte[CString.BufferSize]);
            return LibC.inotify_add_watch(fd, path.Pointer, mask);
        }

        // ssize_t getrandom(void *buf, size_t buflen, unsigned int flags);
        [DllImport(libc, SetLastError = true)]
        internal static extern ssize_t getrandom(void* buf, size_t buflen, uint flags);

        // int poll(struct pollfd *fds, nfds_t nfds, int timeout);  the package's poll does not keep errno
        [DllImport(libc, EntryPoint = "poll", SetLastError = true)]
        internal static extern int poll_errno(pollfd* fds, ulong_t nfds, int timeout);

        // pid_t waitpid(pid_t pid, int *wstatus, int options);
        [DllImport(libc, SetLastError = true)]
        internal static extern pid_t waitpid(pid_t pid, int* wstatus, int options);

        // int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *file_actions,
        //                 const posix_spawnattr_t *attrp, char *const argv[], char *const envp[]);  returns the error number
        [DllImport(libc)]
        internal static extern int posix_spawn(
            pid_t* pid, byte* path, posix_spawn_file_actions_t* file_actions, posix_spawnattr_t* attrp, byte** argv, byte** envp);

        // int posix_spawn_file_actions_init(posix_spawn_file_actions_t *file_actions);
        [DllImport(libc)]
        internal static extern int posix_spawn_file_actions_init(posix_spawn_file_actions_t* file_actions);

        // int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *file_actions, int fildes, int newfildes);
        [DllImport(libc)]
        internal static extern int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t* file_actions, int fildes, int newfildes);

        // int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *file_actions);
        [DllImport(libc)]
        internal static extern int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t* file_actions);

        // int posix_spawnattr_init(posix_spawnattr_t *attr);
        [DllImport(libc)]
        internal static extern int posix_spawnattr_init(posix_spawnattr_t* attr);

        // int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags);
        [DllImport(libc)]
        internal static extern int posix_spawnattr_setflags(posix_spawnattr_t* attr, short flags);

        // int posix_spawnattr_setsigdefault(posix_spawnattr_t *attr, const sigset_t *sigdefault);
        [DllImport(libc)]
        internal static extern int posix_spawnattr_setsigdefault(posix_spawnattr_t* attr, sigset_t* sigdefault);

        internal static int LOCK_EX => 2;
        internal static int LOCK_NB => 4;

        // #define NS_GET_USERNS _IO(0xb7, 0x1) and NS_GET_NSTYPE _IO(0xb7, 0x3), linux/nsfs.h
        internal static int NS_GET_USERNS => 0xb701;
        internal static int NS_GET_NSTYPE => 0xb703;

        // #define NS_GET_ID _IOR(0xb7, 13, __u64)  since Linux 6.18
        internal static int NS_GET_ID => unchecked((int)0x8008b70d);

        // asm-generic/socket.h, since Linux 5.14
        internal static int SO_NETNS_COOKIE => 71;

        internal static int NETLINK_ROUTE => 0;
        internal static int NETLINK_NETFILTER => 12;
        internal static int NETLINK_CAP_ACK => 10;
        internal static int NETLINK_EXT_ACK => 11;
        internal static int NETLINK_GET_STRICT_CHK => 12;

        internal static short POSIX_SPAWN_SETSIGDEF => 0x4;

        internal static int IN_CLOEXEC => 0x80000;
        internal static uint IN_CLOSE_WRITE => 0x8;
        internal static uint IN_MOVED_FROM => 0x40;
        internal static uint IN_MOVED_TO => 0x80;
        internal static uint IN_CREATE => 0x100;
        internal static uint IN_DELETE => 0x200;
        internal static uint IN_DELETE_SELF => 0x400;
        internal static uint IN_MOVE_SELF => 0x800;
    }
}

using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>An owned file descriptor, which is closed when it is disposed. It is always opened with close-on-exec.</summary>
sealed unsafe class Descriptor : IDisposable
{
    readonly string _name;

    Descriptor(int number, string name)
    {
        Number = number;
        _name = name;
    }

    internal int Number { get; private set; }

    /// <summary>Opens a path. Returns null if open(2) fails with one of the errors in <paramref name="tolerated"/>.</summary>
    internal static Descriptor? TryOpen(string path, int flags, uint mode, params ReadOnlySpan<int> tolerated)
    {
        RefuseNul(path);
        int number;
        do
        {
            number = LibC.open(path, flags | LibC.O_CLOEXEC, mode);
        }
        while (number < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR);
        if (number >= 0)
            return new Descriptor(number, path);
        var errno = Marshal.GetLastPInvokeError();
        return tolerated.Contains(errno) ? null : throw new KernelException($"open {path}", errno);
    }

    internal static Descriptor Open(string path, int flags, uint mode = 0) => TryOpen(path, flags, mode, [])!;

    /// <summary>
    /// Returns an O_PATH descriptor of a directory entry, without opening the file and without following a link. Returns null if the
    /// entry does not exist, if the directory is a link or no directory, or if it cannot be searched.
    /// </summary>
    /// <exception cref="KernelException">The process or the node lacks descriptors or memory.</exception>
    internal static Descriptor? TryOpenPathIn(Descriptor directory, string name)
    {
        RefuseNul(name);
        var number = LibC.openat(directory.Number, name, LibC.O_PATH | LibC.O_NOFOLLOW | LibC.O_CLOEXEC);
        if (number >= 0)
            return new Descriptor(number, name);
        var failure = new KernelException($"look up {name}", Marshal.GetLastPInvokeError());
        return failure.IsForLackOfResources ? throw failure : null;
    }

    /// <summary>
    /// Returns the user namespace that owns a namespace; null where that is above the process's own (EPERM), and before Linux 4.9.
    /// </summary>
    internal static Descriptor? TryOpenOwner(Descriptor anyNamespace)
    {
        var number = LibC.ioctl(anyNamespace.Number, LibC.NS_GET_USERNS, null);
        return number < 0 ? null : new Descriptor(number, "a user namespace");
    }

    internal static Descriptor OpenSocket(int domain, int type, int protocol)
    {
        var number = LibC.socket(domain, type | LibC.SOCK_CLOEXEC, protocol);
        return new Descriptor((int)KernelException.ThrowIfFailed(number, "open a socket"), "a socket");
    }

    internal static Descriptor OpenInotify() =>
        new((int)KernelException.ThrowIfFailed(LibC.inotify_init1(LibC.IN_CLOEXEC), "open an inotify instance"), "an inotify instance");

    /// <summary>Creates a pipe and returns its two ends.</summary>
    internal static (Descriptor Read, Descriptor Write) OpenPipe()
    {
        var ends = stackalloc int[2];
        KernelException.ThrowIfFailed(LibC.pipe2(ends, LibC.O_CLOEXEC), "open a pipe");
        return (new Descriptor(ends[0], "a pipe"), new Descriptor(ends[1], "a pipe"));
    }

    /// <summary>Creates two connected sockets; null if the process or the node lacks descriptors or memory.</summary>
    internal static (Descriptor First, Descriptor Second)? TryOpenSocketPair()
    {
        var ends = stackalloc int[2];
        return LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_STREAM | LibC.SOCK_CLOEXEC, 0, ends) == 0
            ? (new Descriptor(ends[0], "a socket pair"), new Descriptor(ends[1], "a socket pair"))
            : null;
    }

    /// <summary>Drops all messages of a socket that a classic BPF program refuses, from now on.</summary>
    internal void AttachFilter(ReadOnlySpan<sock_filter> filter)
    {
        fixed (sock_filter* start = filter)
        {
            var program = new sock_fprog { len = (ushort)filter.Length, filter = start };
            KernelException.ThrowIfFailed(
                LibC.setsockopt(Number, LibC.SOL_SOCKET, LibC.SO_ATTACH_FILTER, &program, (uint)sizeof(sock_fprog)),
                "filter the messages of a socket");
        }
    }

    /// <summary>The size of the file in bytes.</summary>
    internal long Length => (long)Look(LibC.STATX_SIZE).stx_size;

    internal bool IsRegular => (Look(LibC.STATX_TYPE).stx_mode & LibC.S_IFMT) == LibC.S_IFREG;

    /// <summary>The device and inode of the file; see <see cref="SmallFile.IdentityOf(string)"/>.</summary>
    internal string Identity => SmallFile.IdentityOf(Look(LibC.STATX_INO));

    /// <summary>The modification time of a file, in units of 100 ns.</summary>
    internal DateTimeOffset ModifiedAt => SmallFile.ModifiedAt(Look(LibC.STATX_MTIME));

    /// <summary>Sets the modification time of a file.</summary>
    internal void SetModifiedAt(DateTimeOffset time)
    {
        var (seconds, ticks) = Math.DivRem((time - DateTimeOffset.UnixEpoch).Ticks, TimeSpan.TicksPerSecond);
        var times = stackalloc timespec[2];
        times[0].tv_nsec = LibC.UTIME_OMIT;
        times[1].tv_sec = seconds;
        times[1].tv_nsec = (int)(ticks * TimeSpan.NanosecondsPerTick);
        KernelException.ThrowIfFailed(LibC.futimens(Number, times), $"set the time of {_name}");
    }

    statx Look(uint mask)
    {
        statx status;
        if (LibC.statx(Number, "", LibC.AT_EMPTY_PATH, mask, &status) == 0)
            return status;
        throw new KernelException($"get the status of {_name}", Marshal.GetLastPInvokeError());
    }

    /// <summary>Reads to the end of the file, but at most <paramref name="limit"/> bytes.</summary>
    internal byte[] Read(int limit)
    {
        // Nearly every file of ours fits into this buffer on the stack. A larger file gets a buffer on the heap.
        Span<byte> buffer = stackalloc byte[512];
        using var stream = Stream();
        var length = 0;
        while (length < limit)
        {
            if (length == buffer.Length)
            {
                var larger = new byte[2 * length];
                buffer.CopyTo(larger);
                buffer = larger;
            }
            var count = stream.Read(buffer[length..Math.Min(limit, buffer.Length)]);
            if (count == 0)
                break;
            length += count;
        }
        return buffer[..length].ToArray();
    }

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="IOException">The file has <paramref name="limit"/> bytes or more.</exception>
    internal byte[] ReadToEnd(int limit)
    {
        var bytes = Read(limit);
        return bytes.Length < limit ? bytes : throw new IOException($"{_name} is longer than {limit} bytes");
    }

    internal void WriteAll(ReadOnlySpan<byte> bytes)
    {
        using var stream = Stream();
        stream.Write(bytes);
    }

    /// <summary>Returns a stream that is valid until the descriptor is disposed.</summary>
    internal DescriptorStream Stream() => new(Number, _name);

    /// <summary>Returns a stream that closes the descriptor when the stream is disposed.</summary>
    internal DescriptorStream OwnedStream() => new(Number, _name) { Owner = this };

    /// <summary>Refuses a path with a NUL character: C functions would cut it there. Paths come from configurations.</summary>
    /// <exception cref="InvalidDataException">The path contains a NUL character.</exception>
    internal static void RefuseNul(string path)
    {
        if (!path.Contains('\0', StringComparison.Ordinal))
            return;
        var shown = path.Replace("\0", "\\0", StringComparison.Ordinal);
        throw new InvalidDataException($"the path \"{shown}\" contains a NUL character");
    }

    public void Dispose()
    {
        if (Number < 0)
            return;
        // Linux releases the number even if close reports an error, so there is nothing to retry.
        _ = LibC.close(Number);
        Number = -1;
    }
}

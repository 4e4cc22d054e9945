using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>An open file descriptor that is closed with its owner. Opened close-on-exec, always.</summary>
sealed unsafe class Descriptor : IDisposable
{
    readonly string _name;

    Descriptor(int number, string name)
    {
        Number = number;
        _name = name;
    }

    internal int Number { get; private set; }

    /// <summary>Opens a path; null when open(2) fails with one of <paramref name="tolerated"/>.</summary>
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
    /// Returns an entry of a directory as an O_PATH descriptor: a link itself, and no file is really opened. Returns null when there is
    /// none, when the directory is none or a link, or when it may not be searched.
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

    internal static Descriptor OpenSocket(int domain, int type, int protocol)
    {
        var number = LibC.socket(domain, type | LibC.SOCK_CLOEXEC, protocol);
        return new Descriptor((int)KernelException.ThrowIfFailed(number, "open a socket"), "a socket");
    }

    internal static Descriptor OpenInotify() =>
        new((int)KernelException.ThrowIfFailed(LibC.inotify_init1(LibC.IN_CLOEXEC), "open an inotify instance"), "an inotify instance");

    /// <summary>A pipe's two ends: what is written to the second is read from the first.</summary>
    internal static (Descriptor Read, Descriptor Write) OpenPipe()
    {
        var ends = stackalloc int[2];
        KernelException.ThrowIfFailed(LibC.pipe2(ends, LibC.O_CLOEXEC), "open a pipe");
        return (new Descriptor(ends[0], "a pipe"), new Descriptor(ends[1], "a pipe"));
    }

    /// <summary>Of a file, in bytes.</summary>
    internal long Length => (long)Look(LibC.STATX_SIZE).stx_size;

    internal bool IsRegular => (Look(LibC.STATX_TYPE).stx_mode & LibC.S_IFMT) == LibC.S_IFREG;

    /// <summary>See <see cref="SmallFile.IdentityOf(string)"/>.</summary>
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
        throw new KernelException($"look at {_name}", Marshal.GetLastPInvokeError());
    }

    /// <summary>Reads to the end, but not more than so many bytes.</summary>
    internal byte[] Read(int limit)
    {
        // Room for what nearly every file of ours has, on the stack; more is made for those that fill it.
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

    /// <summary>Reads to the end.</summary>
    /// <exception cref="IOException">There are <paramref name="limit"/> bytes or more.</exception>
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

    /// <summary>Valid until the descriptor is disposed.</summary>
    internal DescriptorStream Stream() => new(Number, _name);

    /// <summary>Closes the descriptor when it is disposed.</summary>
    internal DescriptorStream OwnedStream() => new(Number, _name) { Owner = this };

    /// <summary>Paths come from configurations: a NUL in one would silently cut it short.</summary>
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
        // Linux frees the number even when close reports an error, so there is nothing to retry.
        _ = LibC.close(Number);
        Number = -1;
    }
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Files;

/// <summary>
/// Detects whether another process changed the entries of a directory. <see cref="Set"/> gives the directory a random modification
/// time in the recent past. Creating, linking, renaming or removing an entry sets the current time, so equal stamps mean equal
/// entries.
/// </summary>
public static unsafe class DirectoryStamp
{
    /// <summary>More than a clock tick, so that no later change can set the same time.</summary>
    const long SecondsBack = 2;

    /// <summary>
    /// Returns the boot ID, the inode and the modification time of a directory. A stamp of another boot never matches, because a loss
    /// of power may have lost entries.
    /// </summary>
    /// <exception cref="KernelException">There is no such directory.</exception>
    public static string Get(string directory)
    {
        statx status;
        KernelException.ThrowIfFailed(
            LibC.statx(LibC.AT_FDCWD, directory, 0, LibC.STATX_INO | LibC.STATX_MTIME, &status), $"get the status of {directory}");
        return string.Create(CultureInfo.InvariantCulture, stackalloc char[128],
            $"{BootId.Current} {status.stx_ino} {status.stx_mtime.tv_sec}.{status.stx_mtime.tv_nsec:d9}");
    }

    /// <summary>Sets a random modification time in the recent past, and returns the new stamp.</summary>
    public static string Set(string directory)
    {
        Span<byte> random = stackalloc byte[4];
        RandomBytes.Fill(random);
        var times = stackalloc timespec[2];
        times[0].tv_nsec = LibC.UTIME_OMIT;
        times[1].tv_sec = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - SecondsBack;
        times[1].tv_nsec = (int)(MemoryMarshal.Read<uint>(random) % 1_000_000_000);
        CrashPoint.Pass();
        KernelException.ThrowIfFailed(LibC.utimensat(LibC.AT_FDCWD, directory, times, 0), $"set the time of {directory}");
        return Get(directory);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;

namespace CniBridge.Linux;

/// <summary>
/// Tells whether a directory's entries were changed by somebody else. Setting the stamp gives the directory a modification
/// time that lies a little in the past and that no later change can give it: creating, linking, renaming and removing an
/// entry all set it to their own time. So equal stamps mean the same entries.
/// </summary>
public static unsafe class DirectoryStamp
{
    /// <summary>Further back than any clock tick: what happens from now on has another time.</summary>
    const long SecondsBack = 2;

    /// <summary>Boot, inode and time of the directory. Of another boot nothing is trusted: power may have been lost.</summary>
    /// <exception cref="KernelException">There is no such directory.</exception>
    public static string Get(string directory)
    {
        statx status;
        KernelException.ThrowIfFailed(
            LibC.statx(LibC.AT_FDCWD, directory, 0, LibC.STATX_INO | LibC.STATX_MTIME, &status), $"look at {directory}");
        return string.Create(CultureInfo.InvariantCulture, stackalloc char[128],
            $"{BootId.Current} {status.stx_ino} {status.stx_mtime.tv_sec}.{status.stx_mtime.tv_nsec:d9}");
    }

    /// <summary>Gives the directory a time of its own and returns its stamp.</summary>
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

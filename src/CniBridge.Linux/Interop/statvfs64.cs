using System.Runtime.InteropServices;

namespace CniBridge.Linux.Interop;

/// <summary>struct statvfs, bits/statvfs.h, of 64-bit platforms</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct statvfs64
{
    internal ulong f_bsize;
    internal ulong f_frsize;
    internal ulong f_blocks;
    internal ulong f_bfree;
    internal ulong f_bavail;
    internal ulong f_files;
    internal ulong f_ffree;
    internal ulong f_favail;
    internal ulong f_fsid;
    internal ulong f_flag;
    internal ulong f_namemax;
    internal fixed int f_spare[6];
}

using System.Runtime.InteropServices;

// CS8981: lower-case type names are C's.
#pragma warning disable CS8981

namespace CniBridge.Linux.Interop;

/// <summary>struct timeval of sys/time.h: a duration.</summary>
[StructLayout(LayoutKind.Sequential)]
struct timeval
{
    internal time_t tv_sec;
    internal long_t tv_usec;
}

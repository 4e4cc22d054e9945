namespace CniBridge.Linux;

/// <summary>Random bytes from getrandom(2). The base library's generator would load OpenSSL, which a static binary cannot.</summary>
public static unsafe class RandomBytes
{
    /// <exception cref="KernelException">A kernel before 3.17, or a filter of system calls.</exception>
    public static void Fill(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            // Up to 256 bytes getrandom never returns less than asked, and is not interrupted.
            KernelException.ThrowIfFailed(LibC.getrandom(start, buffer.Length, 0), "get random bytes");
        }
    }
}

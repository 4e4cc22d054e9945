namespace CniBridge.Linux;

/// <summary>Random bytes from getrandom(2). The base library would load OpenSSL, which a static binary cannot do.</summary>
public static unsafe class RandomBytes
{
    /// <summary>Fills a buffer of at most 256 bytes.</summary>
    /// <exception cref="KernelException">The kernel is older than 3.17, or a seccomp filter forbids the call.</exception>
    public static void Fill(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            // Up to 256 bytes, getrandom returns all bytes and is not interrupted.
            KernelException.ThrowIfFailed(LibC.getrandom(start, buffer.Length, 0), "get random bytes");
        }
    }
}

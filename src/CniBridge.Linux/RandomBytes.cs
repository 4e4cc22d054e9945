namespace CniBridge.Linux;

/// <summary>Random bytes from getrandom(2). The base library's generator would load OpenSSL, which a static binary cannot.</summary>
public static unsafe class RandomBytes
{
    public static void Fill(Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            // Up to 256 bytes getrandom never returns less than asked, and is not interrupted.
            if (LibC.getrandom(start, (nuint)buffer.Length, 0) != buffer.Length)
                throw new InvalidOperationException("getrandom returned too few bytes");
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CniBridge.Linux.Netlink;

static class Header
{
    /// <summary>Splits a reply into its fixed header and its attributes.</summary>
    /// <exception cref="InvalidDataException">The reply is shorter than the header.</exception>
    internal static T Read<T>(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> attributes)
        where T : unmanaged
    {
        var size = Unsafe.SizeOf<T>();
        if (payload.Length < size)
            throw new InvalidDataException($"netlink {typeof(T).Name} has {payload.Length} bytes, {size} are needed");
        attributes = payload[size..];
        return MemoryMarshal.Read<T>(payload);
    }
}

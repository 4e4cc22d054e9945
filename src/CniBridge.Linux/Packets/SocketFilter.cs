using static CniBridge.Linux.Packets.PacketConstants;

namespace CniBridge.Linux.Packets;

/// <summary>The instructions of classic BPF programs that filter the messages of a socket (linux/filter.h, socket(7)).</summary>
static class SocketFilter
{
    /// <summary>Loads a property of a packet that is not among its bytes: SKF_AD_PROTOCOL, ….</summary>
    internal static sock_filter LoadExtension(int extension) =>
        new() { code = BPF_LD | BPF_W | BPF_ABS, k = unchecked((uint)(SKF_AD_OFF + extension)) };

    internal static sock_filter LoadByte(uint offset) => new() { code = BPF_LD | BPF_B | BPF_ABS, k = offset };

    /// <summary>Loads two bytes in network byte order.</summary>
    internal static sock_filter LoadHalf(uint offset) => new() { code = BPF_LD | BPF_H | BPF_ABS, k = offset };

    /// <summary>Loads four bytes in network byte order.</summary>
    internal static sock_filter LoadWord(uint offset) => new() { code = BPF_LD | BPF_W | BPF_ABS, k = offset };

    /// <summary>Compares the value that was loaded, and jumps.</summary>
    /// <param name="at">The number of the instruction itself.</param>
    /// <param name="value">The value that is compared with the one that was loaded.</param>
    /// <param name="equal">The number of the instruction to go to if they are equal.</param>
    /// <param name="different">The number of the instruction to go to if they differ.</param>
    internal static sock_filter Jump(int at, uint value, int equal, int different) => new()
    {
        code = BPF_JMP | BPF_JEQ | BPF_K,
        jt = (byte)(equal - at - 1),
        jf = (byte)(different - at - 1),
        k = value,
    };

    /// <summary>Ends the program.</summary>
    /// <param name="length">The number of bytes of the message that are received at most; 0: the message is dropped.</param>
    internal static sock_filter Return(uint length) => new() { code = BPF_RET | BPF_K, k = length };
}

namespace CniBridge.Lab.Captures;

/// <summary>The families of messages (linux/socket.h, linux/netfilter.h).</summary>
static class AddressFamily
{
    public const byte Bridge = 7;

    /// <summary>Returns the name of a family of nftables, or its number.</summary>
    public static string NameOf(byte family) => family switch
    {
        0 => "NFPROTO_UNSPEC",
        1 => "NFPROTO_INET",
        2 => "NFPROTO_IPV4",
        Bridge => "NFPROTO_BRIDGE",
        10 => "NFPROTO_IPV6",
        _ => $"{family}",
    };
}

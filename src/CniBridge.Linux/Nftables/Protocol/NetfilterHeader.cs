using System.Buffers.Binary;
using System.Runtime.InteropServices;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>struct nfgenmsg, linux/netfilter/nfnetlink.h</summary>
[StructLayout(LayoutKind.Sequential)]
struct NetfilterHeader
{
    internal byte Family;
    internal byte Version;
    /// <summary>res_id, in network byte order.</summary>
    internal ushort Resource;

    internal static NetfilterHeader Create(TableFamily family) => new() { Family = (byte)family, Version = NFNETLINK_V0 };

    /// <summary>Creates the header of a batch; its resource is the subsystem that handles the batch.</summary>
    internal static NetfilterHeader OfBatch() => new()
    {
        Family = NFPROTO_UNSPEC,
        Version = NFNETLINK_V0,
        Resource = BinaryPrimitives.ReverseEndianness((ushort)NFNL_SUBSYS_NFTABLES),
    };

    // #define NFNL_SUBSYS_ID(x) ((x & 0xff00) >> 8), #define NFNL_MSG_TYPE(x) (x & 0x00ff)
    internal static ushort TypeOf(byte message) => (ushort)((NFNL_SUBSYS_NFTABLES << 8) | message);

    /// <summary>Tells whether a message of this type deletes an object or an element.</summary>
    internal static bool IsDeletion(ushort type) => type >> 8 == NFNL_SUBSYS_NFTABLES &&
        (byte)type is NFT_MSG_DELTABLE or NFT_MSG_DELCHAIN or NFT_MSG_DELRULE or NFT_MSG_DELSET or NFT_MSG_DELSETELEM;
}

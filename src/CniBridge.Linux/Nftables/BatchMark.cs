using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NetfilterConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>
/// The message before or behind a batch (NFNL_MSG_BATCH_BEGIN, _END). The kernel answers the first one if it refuses the batch as a
/// whole.
/// </summary>
sealed record BatchMark(ushort Type) : INetlinkMessage
{
    internal static BatchMark Begin => new(NFNL_MSG_BATCH_BEGIN);
    internal static BatchMark End => new(NFNL_MSG_BATCH_END);

    public string Operation => "change the tables of nftables";
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(NetfilterHeader.OfBatch());
}

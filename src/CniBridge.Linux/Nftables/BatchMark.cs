using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.NetfilterConstants;

namespace CniBridge.Linux.Nftables;

/// <summary>What stands before and behind the messages of a batch. The kernel's refusals of the whole are answers to the first.</summary>
sealed record BatchMark(ushort Type) : INetlinkMessage
{
    internal static BatchMark Begin => new(NFNL_MSG_BATCH_BEGIN);
    internal static BatchMark End => new(NFNL_MSG_BATCH_END);

    public string Operation => "change the tables of nftables";
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => writer.Struct(NetfilterHeader.OfBatch());
}

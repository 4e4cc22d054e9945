using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>nft delete set SET. The kernel refuses (EBUSY) while rules use the set.</summary>
public sealed record DeleteSet(SetName Set) : INetlinkMessage
{
    public string Operation => $"delete the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_DELSET);
    public ushort Flags => 0;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Set.Table.Family));
        writer.Attribute(NFTA_SET_TABLE, Set.Table.Name);
        writer.Attribute(NFTA_SET_NAME, Set.Name);
    }
}

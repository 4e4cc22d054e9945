using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>nft flush set SET: deletes all elements of the set.</summary>
sealed record FlushSet(SetName Set) : INetlinkMessage
{
    public string Operation => $"flush the set {Set}";

    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_DELSETELEM);

    public ushort Flags => 0;

    public void Write(ref MessageWriter writer) => SetElement.WriteSetName(ref writer, Set);
}

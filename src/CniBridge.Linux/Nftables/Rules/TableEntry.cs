using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>A table as the kernel describes it.</summary>
public sealed record TableEntry(TableFamily Family, string Name, ulong Handle, string Comment)
{
    /// <summary>True for a dormant table: the kernel runs none of its base chains.</summary>
    public bool IsDormant { get; init; }

    internal static TableEntry Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<NetfilterHeader>(payload, out var bytes);
        var (name, comment) = ("", "");
        ulong handle = 0;
        uint flags = 0;
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NFTA_TABLE_NAME: name = attributes.Text; break;
                case NFTA_TABLE_FLAGS: flags = attributes.UInt32BigEndian; break;
                case NFTA_TABLE_HANDLE: handle = attributes.UInt64BigEndian; break;
                case NFTA_TABLE_USERDATA: comment = UserData.FindComment(attributes.Value); break;
            }
        }
        return new TableEntry((TableFamily)header.Family, name, handle, comment) { IsDormant = (flags & NFT_TABLE_F_DORMANT) != 0 };
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Netlink.NetlinkConstants;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>
/// nft add set SET { type KEY . KEY; flags interval; comment "…" }, or a map where there is data. Succeeds if a set with the same
/// types exists.
/// </summary>
public sealed record NewSet(SetName Set, params DataType[] Key) : INetlinkMessage
{
    // For nft's listings (libnftnl, udata.h): NFTNL_UDATA_SET_KEYBYTEORDER, _DATABYTEORDER, _COMMENT
    const byte KeyByteOrderType = 0, DataByteOrderType = 1;
    internal const byte CommentType = 7;

    /// <summary>The type of a map's data; several fields are concatenated like those of the key. Empty for a set.</summary>
    public DataType[] Data { get; init; } = [];

    /// <summary>True for a map from keys to verdicts.</summary>
    public bool IsVerdictMap { get; init; }

    /// <summary>True if the elements are ranges of keys.</summary>
    public bool IsInterval { get; init; }

    public string Comment { get; init; } = "";

    public string Operation => $"add the set {Set}";
    public ushort Type => NetfilterHeader.TypeOf(NFT_MSG_NEWSET);
    public ushort Flags => NLM_F_CREATE;

    public void Write(ref MessageWriter writer)
    {
        writer.Struct(NetfilterHeader.Create(Set.Table.Family));
        writer.Attribute(NFTA_SET_TABLE, Set.Table.Name);
        writer.Attribute(NFTA_SET_NAME, Set.Name);
        writer.BigEndian(NFTA_SET_FLAGS, SetFlags);
        writer.BigEndian(NFTA_SET_KEY_TYPE, DataType.NumberOf(Key));
        writer.BigEndian(NFTA_SET_KEY_LEN, (uint)DataType.SizeOf(Key));
        if (IsMap)
        {
            writer.BigEndian(NFTA_SET_DATA_TYPE, IsVerdictMap ? NFT_DATA_VERDICT : DataType.NumberOf(Data));
            writer.BigEndian(NFTA_SET_DATA_LEN, (uint)DataType.SizeOf(Data));
        }
        // The kernel requires a number within the batch, but finds the set by its name first; the name is always given here.
        writer.BigEndian(NFTA_SET_ID, 1u);
        if (HasRangesOfFields)
            WriteFields(ref writer);
        WriteUserData(ref writer);
    }

    bool IsMap => IsVerdictMap || Data.Length > 0;

    bool HasRangesOfFields => IsInterval && Key.Length > 1;

    uint SetFlags =>
        (IsInterval ? NFT_SET_INTERVAL : 0) | (IsMap ? NFT_SET_MAP : 0) | (HasRangesOfFields ? NFT_SET_CONCAT : 0);

    /// <summary>Writes the lengths of the fields. The kernel needs them only for ranges of several fields.</summary>
    void WriteFields(ref MessageWriter writer)
    {
        var description = writer.BeginNest(NFTA_SET_DESC);
        var list = writer.BeginNest(NFTA_SET_DESC_CONCAT);
        foreach (var field in Key)
        {
            var element = writer.BeginNest(NFTA_LIST_ELEM);
            writer.BigEndian(NFTA_SET_FIELD_LEN, (uint)field.Size);
            writer.End(element);
        }
        writer.End(list);
        writer.End(description);
    }

    void WriteUserData(ref MessageWriter writer)
    {
        var data = new UserData(stackalloc byte[NFT_USERDATA_MAXLEN]);
        data.Add(KeyByteOrderType, DataType.ByteOrderOf(Key));
        if (IsMap)
            data.Add(DataByteOrderType, DataType.ByteOrderOf(Data));
        data.AddComment(CommentType, Comment);
        writer.Attribute(NFTA_SET_USERDATA, data.Written);
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>A set or map as the kernel describes it.</summary>
public sealed record SetEntry(string Table, string Name)
{
    readonly uint _flags, _keyType, _dataType;

    /// <summary>The length of a key in bytes.</summary>
    internal int KeyLength { get; private init; }

    /// <summary>True for a set that is part of one rule and that only this rule can change.</summary>
    internal bool IsAnonymous => (_flags & NFT_SET_ANONYMOUS) != 0;

    /// <summary>True for a set that rules change while they run.</summary>
    internal bool IsDynamic => (_flags & NFT_SET_EVAL) != 0;

    public ulong Handle { get; init; }
    public string Comment { get; init; } = "";

    public bool IsMap => (_flags & NFT_SET_MAP) != 0;
    public bool IsInterval => (_flags & NFT_SET_INTERVAL) != 0;
    public bool IsVerdictMap => IsMap && _dataType == NFT_DATA_VERDICT;

    /// <summary>Tells whether the set has the types of the given one.</summary>
    public bool Is(NewSet set) =>
        _keyType == DataType.NumberOf(set.Key) && IsInterval == set.IsInterval && IsVerdictMap == set.IsVerdictMap &&
        IsMap == (set.IsVerdictMap || set.Data.Length > 0) && (IsVerdictMap || _dataType == DataType.NumberOf(set.Data));

    SetEntry(string table, string name, uint flags, uint keyType, uint dataType)
        : this(table, name) => (_flags, _keyType, _dataType) = (flags, keyType, dataType);

    internal static SetEntry Decode(ReadOnlySpan<byte> payload)
    {
        _ = Header.Read<NetfilterHeader>(payload, out var bytes);
        var (table, name, comment) = ("", "", "");
        uint flags = 0, keyType = 0, keyLength = 0, dataType = 0;
        ulong handle = 0;
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NFTA_SET_TABLE: table = attributes.Text; break;
                case NFTA_SET_NAME: name = attributes.Text; break;
                case NFTA_SET_FLAGS: flags = attributes.UInt32BigEndian; break;
                case NFTA_SET_KEY_TYPE: keyType = attributes.UInt32BigEndian; break;
                case NFTA_SET_KEY_LEN: keyLength = attributes.UInt32BigEndian; break;
                case NFTA_SET_DATA_TYPE: dataType = attributes.UInt32BigEndian; break;
                case NFTA_SET_HANDLE: handle = attributes.UInt64BigEndian; break;
                case NFTA_SET_USERDATA: comment = UserData.FindComment(attributes.Value, NewSet.CommentType); break;
            }
        }
        return new SetEntry(table, name, flags, keyType, dataType)
        {
            Handle = handle,
            Comment = comment,
            KeyLength = (int)Math.Min(keyLength, int.MaxValue),
        };
    }
}

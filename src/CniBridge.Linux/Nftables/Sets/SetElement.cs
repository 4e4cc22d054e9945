using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>An element of a set or map: one to be added, or one as the kernel describes it.</summary>
/// <param name="Key">The key in the encoding of <see cref="Field"/>.</param>
public sealed record SetElement(byte[] Key)
{
    /// <summary>The last key of a range with several fields; null otherwise.</summary>
    public byte[]? KeyEnd { get; init; }

    /// <summary>The data of a map's element; null for a set.</summary>
    public byte[]? Data { get; init; }

    /// <summary>The verdict of a verdict map's element; null otherwise.</summary>
    public Verdict? Verdict { get; init; }

    public string Comment { get; init; } = "";

    /// <summary>True for the end element of a range with one field: its key is the first one behind the range.</summary>
    public bool IsIntervalEnd { get; init; }

    /// <summary>True for a range up to the last possible key. Only nft's listing uses this.</summary>
    public bool IsOpen { get; init; }

    /// <summary>True for the element of all keys that have no element of their own. It has no key.</summary>
    public bool IsCatchAll { get; init; }

    /// <summary>True if an expression of the element, such as a limit, decides whether a packet matches.</summary>
    public bool IsConditional { get; init; }

    // NFTNL_UDATA_SET_ELEM_FLAGS (libnftnl, udata.h) and SET_ELEM_F_INTERVAL_OPEN (nft, rule.h)
    const byte FlagsType = 1;
    const uint IntervalOpen = 1;

    internal void Write(ref MessageWriter writer)
    {
        var element = writer.BeginNest(NFTA_LIST_ELEM);
        if (IsIntervalEnd)
            writer.BigEndian(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_INTERVAL_END);
        NftData.Write(ref writer, NFTA_SET_ELEM_KEY, Key);
        if (KeyEnd is not null)
            NftData.Write(ref writer, NFTA_SET_ELEM_KEY_END, KeyEnd);
        if (Data is not null)
            NftData.Write(ref writer, NFTA_SET_ELEM_DATA, Data);
        if (Verdict is not null)
            NftData.Write(ref writer, NFTA_SET_ELEM_DATA, Verdict);
        var data = new UserData(stackalloc byte[NFT_USERDATA_MAXLEN]);
        data.AddComment(UserData.CommentType, Comment);
        if (IsOpen)
            data.Add(FlagsType, IntervalOpen);
        if (!data.Written.IsEmpty)
            writer.Attribute(NFTA_SET_ELEM_USERDATA, data.Written);
        writer.End(element);
    }

    /// <summary>Writes the start of every message about elements.</summary>
    internal static void WriteSetName(ref MessageWriter writer, SetName set)
    {
        writer.Struct(NetfilterHeader.Create(set.Table.Family));
        writer.Attribute(NFTA_SET_ELEM_LIST_TABLE, set.Table.Name);
        writer.Attribute(NFTA_SET_ELEM_LIST_SET, set.Name);
    }

    internal static void WriteList(ref MessageWriter writer, SetName set, params scoped ReadOnlySpan<SetElement> elements)
    {
        WriteSetName(ref writer, set);
        var list = writer.BeginNest(NFTA_SET_ELEM_LIST_ELEMENTS);
        foreach (var element in elements)
            element.Write(ref writer);
        writer.End(list);
    }

    /// <summary>Decodes the elements of one message; a large set takes several.</summary>
    internal static List<SetElement> DecodeList(ReadOnlySpan<byte> payload)
    {
        _ = Header.Read<NetfilterHeader>(payload, out var bytes);
        var elements = new List<SetElement>();
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            if (attributes.Type != NFTA_SET_ELEM_LIST_ELEMENTS)
                continue;
            var list = attributes.Nested;
            while (list.Read())
                elements.Add(Decode(list.Nested));
        }
        return elements;
    }

    static bool IsCondition(ExpressionEntry expression) => expression.Name is not ("counter" or "last");

    static SetElement Decode(AttributeReader attributes)
    {
        // The catch-all element has no key.
        var element = new SetElement([]);
        while (attributes.Read())
        {
            element = attributes.Type switch
            {
                NFTA_SET_ELEM_KEY => element with { Key = NftData.FindValue(attributes.Nested) ?? [] },
                NFTA_SET_ELEM_KEY_END => element with { KeyEnd = NftData.FindValue(attributes.Nested) },
                NFTA_SET_ELEM_DATA => element with
                {
                    Data = NftData.FindValue(attributes.Nested),
                    Verdict = NftData.FindVerdict(attributes.Nested),
                },
                NFTA_SET_ELEM_FLAGS => element with
                {
                    IsIntervalEnd = (attributes.UInt32BigEndian & NFT_SET_ELEM_INTERVAL_END) != 0,
                    IsCatchAll = (attributes.UInt32BigEndian & NFT_SET_ELEM_CATCHALL) != 0,
                },
                NFTA_SET_ELEM_EXPR => element with { IsConditional = IsCondition(ExpressionEntry.Decode(attributes.Nested)) },
                NFTA_SET_ELEM_EXPRESSIONS => element with
                {
                    IsConditional = ExpressionEntry.DecodeList(attributes.Nested).Exists(IsCondition),
                },
                NFTA_SET_ELEM_USERDATA => element with { Comment = UserData.FindComment(attributes.Value) },
                _ => element,
            };
        }
        return element;
    }
}

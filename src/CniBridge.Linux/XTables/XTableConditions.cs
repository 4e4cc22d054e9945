using System.Buffers.Binary;
using CniBridge.Linux.Nftables.Expressions;
using static CniBridge.Linux.XTables.XTablesConstants;

namespace CniBridge.Linux.XTables;

/// <summary>The translation of struct ipt_ip and struct ip6t_ip6, which start each entry, to expressions of nftables.</summary>
static class XTableConditions
{
    /// <summary>An expression that may match; the evaluation knows no fragments and no traffic classes.</summary>
    static readonly ExpressionEntry s_unknown = new("exthdr", []);

    internal static List<ExpressionEntry> Translate(ReadOnlySpan<byte> entry, EntryLayout layout)
    {
        var conditions = new List<ExpressionEntry>();
        var inverted = entry[layout.InvertFlags];
        Add(conditions, layout.SourcePayload, layout.Source(entry), (inverted & IPT_INV_SRCIP) != 0);
        Add(conditions, layout.DestinationPayload, layout.Destination(entry), (inverted & IPT_INV_DSTIP) != 0);
        AddName(conditions, Meta.InputInterfaceName(), layout.InputInterface(entry), (inverted & IPT_INV_VIA_IN) != 0);
        AddName(conditions, Meta.OutputInterfaceName(), layout.OutputInterface(entry), (inverted & IPT_INV_VIA_OUT) != 0);
        var protocol = BinaryPrimitives.ReadUInt16LittleEndian(entry[layout.Protocol..]);
        if (protocol != 0)
            AddComparison(conditions, Meta.TransportProtocol(), [(byte)protocol], (inverted & IPT_INV_PROTO) != 0);
        if (layout.HasOtherConditions(entry))
            conditions.Add(s_unknown);
        return conditions;
    }

    static void Add(List<ExpressionEntry> conditions, Payload field, (byte[] Value, byte[] Mask) wanted, bool isInverted)
    {
        if (!wanted.Mask.AsSpan().ContainsAnyExcept((byte)0))
            return;
        conditions.Add(ExpressionEntry.Create(field));
        conditions.Add(ExpressionEntry.Create(Bitwise.And(wanted.Mask)));
        conditions.Add(Comparison(wanted.Value, isInverted));
    }

    /// <summary>Adds the comparison of a name. The mask covers the zero behind the name, unless the name ends with "+".</summary>
    static void AddName(List<ExpressionEntry> conditions, Meta field, (byte[] Value, byte[] Mask) wanted, bool isInverted)
    {
        var length = wanted.Mask.AsSpan().IndexOf((byte)0);
        if (length != 0)
            AddComparison(conditions, field, length < 0 ? wanted.Value : wanted.Value[..length], isInverted);
    }

    static void AddComparison(List<ExpressionEntry> conditions, Meta field, byte[] value, bool isInverted)
    {
        conditions.Add(ExpressionEntry.Create(field));
        conditions.Add(Comparison(value, isInverted));
    }

    static ExpressionEntry Comparison(byte[] value, bool isInverted) =>
        ExpressionEntry.Create(isInverted ? Compare.NotEqual(value) : Compare.Equal(value));
}

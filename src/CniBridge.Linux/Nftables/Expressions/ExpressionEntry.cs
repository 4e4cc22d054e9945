using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>An expression of a rule as the kernel describes it.</summary>
/// <param name="Name">payload, cmp, …</param>
/// <param name="Data">The encoded attributes.</param>
public sealed record ExpressionEntry(string Name, byte[] Data)
{
    /// <summary>The initial size of a buffer in bytes.</summary>
    const int UsualSize = 128;

    /// <summary>Creates the entry that the kernel would list for an expression.</summary>
    internal static ExpressionEntry Create(Expression expression)
    {
        var writer = new MessageWriter(new byte[UsualSize]);
        expression.WriteReportedData(ref writer);
        return new ExpressionEntry(expression.Name, writer.Written.ToArray());
    }

    /// <summary>Tells whether the kernel would list the given expression like this. Counter values do not matter.</summary>
    public bool Is(Expression expression)
    {
        if (Name != expression.Name || expression is Counter)
            return Name == expression.Name;
        var writer = new MessageWriter(new byte[UsualSize]);
        expression.WriteReportedData(ref writer);
        return IsSame(writer.Written, Data);
    }

    /// <summary>Compares attributes without regard to their order. The kernel may add attributes that are zero.</summary>
    static bool IsSame(ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs)
    {
        var expected = new AttributeReader(ours);
        while (expected.Read())
        {
            if (!TryFind(theirs, expected.Type, out var value))
                return false;
            if (expected.IsNested ? !IsSame(expected.Value, value) : !expected.Value.SequenceEqual(value))
                return false;
        }
        var actual = new AttributeReader(theirs);
        while (actual.Read())
        {
            if (actual.Value.ContainsAnyExcept((byte)0) && !TryFind(ours, actual.Type, out _))
                return false;
        }
        return true;
    }

    static bool TryFind(ReadOnlySpan<byte> bytes, ushort type, out ReadOnlySpan<byte> value)
    {
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            if (attributes.Type != type)
                continue;
            value = attributes.Value;
            return true;
        }
        value = default;
        return false;
    }

    internal uint? FindNumber(ushort type)
    {
        var attributes = new AttributeReader(Data);
        while (attributes.Read())
        {
            if (attributes.Type == type)
                return attributes.UInt32BigEndian;
        }
        return null;
    }

    internal uint Number(ushort type) =>
        FindNumber(type) ?? throw new InvalidDataException($"{Name} of a rule lacks its attribute {type}");

    internal string? FindText(ushort type)
    {
        var attributes = new AttributeReader(Data);
        while (attributes.Read())
        {
            if (attributes.Type == type)
                return attributes.Text;
        }
        return null;
    }

    internal byte[]? FindValue(ushort type) =>
        TryFind(Data, type, out var data) ? NftData.FindValue(new AttributeReader(data)) : null;

    internal Verdict? FindVerdict(ushort type) =>
        TryFind(Data, type, out var data) ? NftData.FindVerdict(new AttributeReader(data)) : null;

    internal static List<ExpressionEntry> DecodeList(AttributeReader list)
    {
        var expressions = new List<ExpressionEntry>();
        while (list.Read())
            expressions.Add(Decode(list.Nested));
        return expressions;
    }

    internal static ExpressionEntry Decode(AttributeReader attributes)
    {
        var expression = new ExpressionEntry("", []);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NFTA_EXPR_NAME: expression = expression with { Name = attributes.Text }; break;
                case NFTA_EXPR_DATA: expression = expression with { Data = attributes.Value.ToArray() }; break;
            }
        }
        return expression;
    }
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Protocol;

/// <summary>A value or a verdict within two nested attributes (enum nft_data_attributes).</summary>
static class NftData
{
    internal static void Write(ref MessageWriter writer, ushort attribute, scoped ReadOnlySpan<byte> value)
    {
        var data = writer.BeginNest(attribute);
        writer.Attribute(NFTA_DATA_VALUE, value);
        writer.End(data);
    }

    internal static void Write(ref MessageWriter writer, ushort attribute, Verdict verdict)
    {
        var data = writer.BeginNest(attribute);
        var nest = writer.BeginNest(NFTA_DATA_VERDICT);
        writer.BigEndian(NFTA_VERDICT_CODE, (uint)verdict.Code);
        if (verdict.Chain is { } chain)
            writer.Attribute(NFTA_VERDICT_CHAIN, chain);
        writer.End(nest);
        writer.End(data);
    }

    internal static byte[]? FindValue(AttributeReader data)
    {
        while (data.Read())
        {
            if (data.Type == NFTA_DATA_VALUE)
                return data.Value.ToArray();
        }
        return null;
    }

    internal static Verdict? FindVerdict(AttributeReader data)
    {
        while (data.Read())
        {
            if (data.Type == NFTA_DATA_VERDICT)
                return DecodeVerdict(data.Nested);
        }
        return null;
    }

    static Verdict DecodeVerdict(AttributeReader attributes)
    {
        var code = 0;
        string? chain = null;
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NFTA_VERDICT_CODE: code = (int)attributes.UInt32BigEndian; break;
                case NFTA_VERDICT_CHAIN: chain = attributes.Text; break;
            }
        }
        return new Verdict(code, chain);
    }
}

using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Protocol;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Rules;

/// <summary>A chain as the kernel describes it.</summary>
public sealed record ChainEntry(TableFamily Family, string Table, string Name)
{
    public ulong Handle { get; init; }

    /// <summary>The hook of a base chain; null: a regular chain, which packets enter only by a jump.</summary>
    public ChainHook? Hook { get; init; }

    public Verdict? Policy { get; init; }
    public string Comment { get; init; } = "";

    internal static ChainEntry Decode(ReadOnlySpan<byte> payload)
    {
        var header = Header.Read<NetfilterHeader>(payload, out var bytes);
        var (table, name, type) = ("", "", "");
        ReadOnlySpan<byte> hook = default;
        var chain = new ChainEntry((TableFamily)header.Family, "", "");
        var attributes = new AttributeReader(bytes);
        while (attributes.Read())
        {
            switch (attributes.Type)
            {
                case NFTA_CHAIN_TABLE: table = attributes.Text; break;
                case NFTA_CHAIN_NAME: name = attributes.Text; break;
                case NFTA_CHAIN_TYPE: type = attributes.Text; break;
                case NFTA_CHAIN_HOOK: hook = attributes.Value; break;
                case NFTA_CHAIN_HANDLE: chain = chain with { Handle = attributes.UInt64BigEndian }; break;
                case NFTA_CHAIN_POLICY: chain = chain with { Policy = new Verdict((int)attributes.UInt32BigEndian) }; break;
                case NFTA_CHAIN_USERDATA: chain = chain with { Comment = UserData.FindComment(attributes.Value) }; break;
            }
        }
        return chain with { Table = table, Name = name, Hook = hook.IsEmpty ? null : ChainHook.Decode(type, new AttributeReader(hook)) };
    }
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.NftConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>
/// A step of a rule: it loads something of the packet into a register, changes a register, goes on with the next step only if a
/// register is as wanted, or does something with the packet. Registers are counted in words of four bytes, 0 to 15.
/// </summary>
public abstract record Expression
{
    /// <summary>As the kernel knows it: payload, cmp, …</summary>
    internal abstract string Name { get; }

    internal abstract void WriteData(ref MessageWriter writer);

    /// <summary>As the kernel tells it afterwards, but for attributes that are zero.</summary>
    internal virtual void WriteReportedData(ref MessageWriter writer) => WriteData(ref writer);

    internal void Write(ref MessageWriter writer)
    {
        var element = writer.BeginNest(NFTA_LIST_ELEM);
        writer.Attribute(NFTA_EXPR_NAME, Name);
        var data = writer.BeginNest(NFTA_EXPR_DATA);
        WriteData(ref writer);
        writer.End(data);
        writer.End(element);
    }
}

using CniBridge.Linux.Netlink;
using static CniBridge.Linux.Nftables.Protocol.NftConstants;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>
/// One step of a rule: it loads data into a register, changes a register, compares a register, or acts on the packet.
/// Registers are numbered in words of four bytes, 0 to 15.
/// </summary>
public abstract record Expression
{
    /// <summary>The kernel's name of the expression: payload, cmp, …</summary>
    internal abstract string Name { get; }

    internal abstract void WriteData(ref MessageWriter writer);

    /// <summary>Writes the attributes as the kernel lists them, without attributes that are zero.</summary>
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

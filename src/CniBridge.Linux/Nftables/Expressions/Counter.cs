using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Nftables.Expressions;

/// <summary>Counts packets and bytes, starting at zero.</summary>
public sealed record Counter : Expression
{
    internal override string Name => "counter";

    internal override void WriteData(ref MessageWriter writer)
    {
        // A new counter has no attributes.
    }
}

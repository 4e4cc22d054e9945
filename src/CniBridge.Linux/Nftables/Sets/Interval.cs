using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>
/// A range of addresses as elements of a set of ranges: its first address, and the first behind it as its end. (nft also ends
/// what lies before the first range of a set, with an element at zero; the kernel can do without.)
/// </summary>
public static class Interval
{
    public static SetElement[] Of(Cidr network, string comment = "") => Between(network.Network, network.Last, comment);

    public static SetElement[] Between(IpAddress first, IpAddress last, string comment = "")
    {
        var start = new SetElement(Field.Address(first)) { Comment = comment };
        var end = last.Next();
        // Behind the last address of the family there is none.
        return end < last
            ? [start with { IsOpen = true }]
            : [start, new SetElement(Field.Address(end)) { IsIntervalEnd = true }];
    }
}

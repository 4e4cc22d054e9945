using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;

namespace CniBridge.Linux.Nftables.Sets;

/// <summary>
/// A range of addresses as two elements of an interval set: the first address, and an end element at the address behind the last
/// one. (nft also adds an end element at zero before the first range; the kernel does not need it.)
/// </summary>
public static class Interval
{
    public static SetElement[] Create(Cidr network, string comment = "") => Between(network.Network, network.Last, comment);

    public static SetElement[] Between(IpAddress first, IpAddress last, string comment = "")
    {
        var start = new SetElement(Field.Address(first)) { Comment = comment };
        var end = last.Next();
        // The last address of the family has no successor.
        return end < last
            ? [start with { IsOpen = true }]
            : [start, new SetElement(Field.Address(end)) { IsIntervalEnd = true }];
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal.Records;

namespace CniBridge.Plugins.Inspection;

/// <summary>
/// The addresses that living pods got from ADD. A pod with CAP_NET_ADMIN can configure any address, so its interface alone is no
/// evidence.
/// </summary>
/// <param name="network">The configured network; null if its configuration is unknown, so that only the pods show its subnets.</param>
/// <param name="recorded">The addresses of each owner by reservations and records.</param>
/// <param name="nodeAddresses">The addresses of the node itself, which include the gateways.</param>
sealed class GivenAddresses(
    ConfiguredNetwork? network, ILookup<ReservationOwner, IpAddress> recorded, IReadOnlySet<IpAddress> nodeAddresses)
{
    /// <summary>
    /// Returns the recorded addresses that the pod has. For a range set without a recorded address, returns the pod's first address in it:
    /// an attachment gets one address of each range set.
    /// </summary>
    internal List<IpAddress> List(PodInterface pod, ReservationOwner owner)
    {
        var given = new List<IpAddress>();
        foreach (var addresses in pod.Addresses.Where(MayServe).Select(cidr => cidr.Address).GroupBy(SetOf))
        {
            var known = recorded[owner].Where(address => SetOf(address) == addresses.Key).ToHashSet();
            if (known.Count > 0)
                given.AddRange(addresses.Where(known.Contains));
            else
                given.Add(FirstOf([.. addresses]));
        }
        return given;
    }

    /// <summary>Returns the oldest address: the kernel lists it first for IPv4 and last for IPv6 (ipv6_link_dev_addr).</summary>
    static IpAddress FirstOf(List<IpAddress> addresses) => addresses[0].IsV6 ? addresses[^1] : addresses[0];

    bool MayServe(Cidr configured) => !nodeAddresses.Contains(configured.Address) &&
        (HasRanges ? network!.MayServe(configured.Address) : ConfiguredNetwork.IsInside(configured, configured.Address));

    bool HasRanges => network is { RangeSetCount: > 0 };

    /// <summary>Returns the number of the range set whose subnet an address is in; without ranges, one number for each family.</summary>
    int SetOf(IpAddress address)
    {
        foreach (var set in network?.RangeSets ?? [])
        {
            if (Array.Exists(set.Ranges, range => range.Contains(address) || range.Subnet.Contains(address)))
                return set.Index;
        }
        return address.IsV6 ? -6 : -4;
    }
}

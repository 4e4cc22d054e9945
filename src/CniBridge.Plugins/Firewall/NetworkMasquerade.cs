using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Plugins.Hashing;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Firewall;

/// <summary>
/// The masquerade of one network in one family: traffic of its pods to all destinations outside leaves with the node's address. One
/// chain with one rule serves all pods. The chain's name contains a digest of the ranges, so that an existing chain is up to date.
/// </summary>
sealed record NetworkMasquerade
{
    const string TableName = "cni-bridge";

    /// <summary>
    /// The longest comment of nftables in bytes (NFTNL_UDATA_COMMENT_MAXLEN without the terminating zero); names are ASCII.
    /// </summary>
    const int MaxComment = 127;

    internal required string Network { get; init; }
    internal required AddressFamily Family { get; init; }

    /// <summary>The addresses of pods.</summary>
    internal required IReadOnlyList<AddressSpan> From { get; init; }

    /// <summary>The destinations that pods reach with their own addresses: the network itself, multicast, configured networks.</summary>
    internal required IReadOnlyList<AddressSpan> Inside { get; init; }

    /// <summary>The attachment's own addresses.</summary>
    internal required IReadOnlyList<IpAddress> PodAddresses { get; init; }

    /// <summary>The directory of the network's reservations; empty: another IPAM plugin's, or unknown.</summary>
    internal string Store { get; init; } = "";

    /// <summary>Creates a masquerade for each family of the pod's addresses.</summary>
    /// <param name="network">The name of the network.</param>
    /// <param name="pools">The address pools; empty: only the networks of the pod's own addresses are known.</param>
    /// <param name="outside">Networks of both families that pods reach with their own addresses.</param>
    /// <param name="ips">The pod's addresses.</param>
    internal static List<NetworkMasquerade> Create(
        string network, IReadOnlyList<AddressPool> pools, IReadOnlyList<Cidr> outside, IReadOnlyList<CniIp> ips)
    {
        var families = new List<NetworkMasquerade>();
        foreach (var family in AddressFamilies.All)
        {
            var addresses = Create(family, ips);
            if (addresses.Count > 0)
                families.Add(Create(network, family, pools.Count > 0 ? pools : PoolsOf(addresses), outside, addresses));
        }
        return families;
    }

    /// <summary>Returns the masquerade with former ranges of the network: their pods are masqueraded, and not towards each other.</summary>
    internal NetworkMasquerade With(FormerRanges former) => this with
    {
        From = AddressSpan.Merge([.. From, .. former.Spans]),
        Inside = AddressSpan.Merge([.. Inside, .. former.Spans]),
    };

    /// <summary>Creates an empty masquerade, for the names of a network's chains.</summary>
    internal static NetworkMasquerade Nothing(string network, AddressFamily family) =>
        new() { Network = network, Family = family, From = [], Inside = [], PodAddresses = [] };

    /// <summary>Creates the masquerade of one family without a pod.</summary>
    internal static NetworkMasquerade Create(
        string network, AddressFamily family, IReadOnlyList<AddressPool> pools, IReadOnlyList<Cidr> outside) =>
        Create(network, family, pools, outside, []);

    static NetworkMasquerade Create(
        string network, AddressFamily family, IReadOnlyList<AddressPool> pools, IReadOnlyList<Cidr> outside, List<Cidr> addresses)
    {
        List<AddressSpan> from = [], inside = [AddressSpan.From(Multicast(family))];
        foreach (var pool in pools)
        {
            if (pool.First.Family != family)
                continue;
            from.Add(new AddressSpan(pool.First, pool.Last));
            inside.Add(AddressSpan.From(pool.Subnet));
        }
        foreach (var cidr in outside)
        {
            if (cidr.Address.Family == family)
                inside.Add(AddressSpan.From(cidr));
        }
        return new NetworkMasquerade
        {
            Network = network,
            Family = family,
            From = AddressSpan.Merge(from),
            Inside = AddressSpan.Merge(inside),
            PodAddresses = addresses.ConvertAll(cidr => cidr.Address),
        };
    }

    static List<Cidr> Create(AddressFamily family, IReadOnlyList<CniIp> ips)
    {
        var addresses = new List<Cidr>();
        foreach (var ip in ips)
        {
            if (ip.Address.Address.Family == family)
                addresses.Add(ip.Address);
        }
        return addresses;
    }

    static List<AddressPool> PoolsOf(List<Cidr> addresses) =>
        addresses.ConvertAll(cidr => new AddressPool(cidr.Network, cidr.Last, cidr));

    /// <summary>224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291)</summary>
    static Cidr Multicast(AddressFamily family) => family.IsV6
        ? new Cidr(IpAddress.FromBytes([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 8)
        : new Cidr(IpAddress.FromBytes([224, 0, 0, 0]), 4);

    internal TableName Table => TableOf(Family);

    internal static TableName TableOf(AddressFamily family) => new(family.IsV6 ? TableFamily.IPv6 : TableFamily.IPv4, TableName);

    /// <summary>The start of the names of all chains of the network, for any ranges.</summary>
    internal string NamePrefix => $"masq-{StableHash.ShortOf(Network)}-";

    internal ChainName Chain => Table.Chain(NamePrefix + StableHash.ShortOf(Ranges()));

    internal string Comment => Network.Length <= MaxComment ? Network : Network[..MaxComment];

    string Ranges()
    {
        var text = new StringBuilder();
        foreach (var span in From)
            text.Append(span).Append(' ');
        text.Append('/');
        foreach (var span in Inside)
            text.Append(' ').Append(span);
        return text.ToString();
    }
}

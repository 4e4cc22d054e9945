using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of the masqueraded ranges and of the names of their rules.</summary>
public sealed class NetworkMasqueradeTests
{
    static readonly AddressPool[] s_pools =
    [
        new(IpAddress.Parse("10.1.0.10"), IpAddress.Parse("10.1.0.20"), Cidr.Parse("10.1.0.0/24")),
        new(IpAddress.Parse("10.1.0.21"), IpAddress.Parse("10.1.0.30"), Cidr.Parse("10.1.0.0/24")),
        new(IpAddress.Parse("fd00::10"), IpAddress.Parse("fd00::20"), Cidr.Parse("fd00::/64")),
    ];

    static List<NetworkMasquerade> Of(string ips, string outside = "", string network = "pods", params AddressPool[] pools) =>
        NetworkMasquerade.Create(network, pools, Read(outside), [.. Read(ips).Select(cidr => new CniIp(cidr, null, 2))]);

    static Cidr[] Read(string networks) => [.. networks.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Cidr.Parse)];

    static string From(NetworkMasquerade masquerade) => string.Join(' ', masquerade.From);

    static string Inside(NetworkMasquerade masquerade) => string.Join(' ', masquerade.Inside);

    const string Multicast = "224.0.0.0-239.255.255.255";
    const string MulticastV6 = "ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

    [Fact]
    public void Sources_are_the_ranges_and_the_subnets_are_excluded_destinations()
    {
        var families = Of("10.1.0.10/24 fd00::10/64", pools: s_pools);
        Assert.Equal([false, true], families.Select(family => family.Family.IsV6));
        Assert.Equal("10.1.0.10-10.1.0.30", From(families[0]));
        Assert.Equal($"10.1.0.0-10.1.0.255 {Multicast}", Inside(families[0]));
        Assert.Equal("fd00::10-fd00::20", From(families[1]));
        Assert.Equal($"fd00::-fd00::ffff:ffff:ffff:ffff {MulticastV6}", Inside(families[1]));
        Assert.Equal([IpAddress.Parse("fd00::10")], families[1].PodAddresses);
    }

    [Fact]
    public void Without_ranges_the_subnets_of_the_addresses_are_masqueraded() =>
        Assert.Equal("10.1.0.0-10.1.0.255 10.7.0.0-10.7.255.255", From(Assert.Single(Of("10.1.0.10/24 10.7.0.9/16"))));

    [Theory]
    [InlineData("10.1.0.10/24", 1)]
    [InlineData("fd00::10/64", 1)]
    [InlineData("fd00::10/64 10.1.0.10/24", 2)]
    [InlineData("", 0)]
    public void Each_family_of_the_pod_has_one_masquerade(string ips, int count) => Assert.Equal(count, Of(ips, pools: s_pools).Count);

    [Theory]
    [InlineData("10.0.0.0/8", $"10.0.0.0-10.255.255.255 {Multicast}")]
    [InlineData("10.0.9.9/16 192.0.2.1/32 fd00::/8", $"10.0.0.0-10.1.0.255 192.0.2.1-192.0.2.1 {Multicast}")]
    [InlineData("0.0.0.0/0", "0.0.0.0-255.255.255.255")]
    [InlineData("240.0.0.0/4", "10.1.0.0-10.1.0.255 224.0.0.0-255.255.255.255")]
    public void Configured_networks_are_excluded_destinations(string outside, string inside) =>
        Assert.Equal(inside, Inside(Of("10.1.0.10/24", outside, pools: s_pools)[0]));

    [Fact]
    public void A_chain_is_named_after_the_network_and_a_digest_of_the_ranges()
    {
        string Name(string ips = "10.1.0.10/24", string outside = "", string network = "pods") =>
            Of(ips, outside, network).Single().Chain.ToString();

        Assert.Matches("^ip cni-bridge masq-[0-9a-f]{8}-[0-9a-f]{8}$", Name());
        Assert.Matches("^ip6 cni-bridge masq-[0-9a-f]{8}-[0-9a-f]{8}$", Name("fd00::1/64"));
        Assert.Equal(Name(), Name("10.1.0.77/24", "10.1.0.0/25 fd00::/8"));
        Assert.Equal(Name()[..^8], Name(outside: "10.0.0.0/8")[..^8]);
        Assert.NotEqual(Name(), Name(outside: "10.0.0.0/8"));
        Assert.NotEqual(Name(), Name("10.1.1.10/24"));
        Assert.NotEqual(Name()[..^8], Name(network: "pods2")[..^8]);
        // An upgrade must find the objects of an older version.
        Assert.Equal("ip cni-bridge masq-2396d220-d4ddfb63", Name());
    }

    [Fact]
    public void The_comment_is_the_network_name_cut_at_127_bytes()
    {
        Assert.Equal("pods", Of("10.1.0.10/24")[0].Comment);
        Assert.Equal(new string('n', 127), Of("10.1.0.10/24", network: new string('n', 255))[0].Comment);
    }
}

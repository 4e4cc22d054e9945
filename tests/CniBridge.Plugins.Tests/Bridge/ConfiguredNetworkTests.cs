using System.Text;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.HostLocal.Liveness;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class ConfiguredNetworkTests
{
    static ConfiguredNetwork Parse(string keys, string ipam = """{"type": "host-local", "subnet": "10.0.0.0/24"}""") =>
        ConfiguredNetwork.Parse("pods", "1.0.0", Encoding.UTF8.GetBytes($$"""{"type": "bridge"{{keys}}, "ipam": {{ipam}}}"""));

    [Fact]
    public void Missing_keys_have_the_defaults_of_ADD()
    {
        var network = Parse("");
        Assert.Equal(("pods", "cni0", "cni0", false), (network.Name, network.Bridge, network.GatewayLink, network.IsGateway));
        Assert.Equal("/var/lib/cni/networks/pods", network.StoreDirectory);
        Assert.False(network.NeedsFirewall);
        Assert.True(network.IsKnownOutside);
    }

    [Fact]
    public void Given_keys_are_returned()
    {
        var network = Parse(
            ", \"bridge\": \"br\", \"isDefaultGateway\": true, \"hairpinMode\": true, \"portIsolation\": true, \"vlan\": 7, \"ipMasq\": " +
            "true",
            """{"type": "host-local", "dataDir": "/d", "stateDir": "/s", "ranges": [[{"subnet": "10.0.0.0/24"}, {"subnet": "10.0.1.0/24", "gateway": "10.0.1.9"}], [{"subnet": "fd00::/64"}]]}""");
        Assert.Equal(
            ("br", "br.7", "/d/pods", "/s"), (network.Bridge, network.GatewayLink, network.StoreDirectory, network.StateDirectory));
        Assert.True(
            network is
            {
                IsGateway: true, PortSettings: PortSettings.Hairpin | PortSettings.Isolated, FiltersVlans: true,
                NeedsFirewall: true, IsKnownOutside: false
            });
        Assert.Equal(["10.0.0.0/24", "10.0.1.0/24", "fd00::/64"], network.Subnets.Select(subnet => subnet.ToString()));
        Assert.Equal(["10.0.0.1/24", "10.0.1.9/24", "fd00::1/64"], network.Gateways.Select(gateway => gateway.ToString()));
        Assert.Equal("10.0.1.9/24", network.FindGateway(IpAddress.Parse("10.0.1.77"))?.ToString());
        Assert.Null(network.FindGateway(IpAddress.Parse("10.0.2.77")));
        Assert.Equal(2, network.RangeSetCount);
        Assert.Equal("fd00::2", network.FindSample(AddressFamily.IPv6)?.ToString());
    }

    [Fact]
    public void Another_IPAM_plugin_has_no_reservation_store() => Assert.Null(Parse("", """{"type": "dhcp"}""").StoreDirectory);

    [Fact]
    public void Configurations_that_ADD_refuses_are_refused() =>
        Assert.Contains(
            "hairpinMode", Assert.Throws<CniException>(() => Parse(", \"hairpinMode\": true, \"promiscMode\": true")).Message,
            StringComparison.Ordinal);

    static ReservationState Reserved(string address) =>
        new(IpAddress.Parse(address), "c", "eth0", null, null, LivenessResult.Empty, null);

    // The gateway, the network address and the broadcast address belong to no pod.
    [Theory]
    [InlineData("""{"type": "host-local", "subnet": "10.0.0.0/24"}""", 253)]
    [InlineData("""{"type": "host-local", "subnet": "10.0.0.0/24", "rangeStart": "10.0.0.10", "rangeEnd": "10.0.0.19"}""", 10)]
    [InlineData("""{"type": "host-local", "subnet": "10.0.0.0/24", "exclude": ["10.0.0.128/25"]}""", 126)]
    [InlineData("""{"type": "host-local", "subnet": "10.0.0.0/24", "exclude": ["10.9.0.0/16", "10.0.0.5"]}""", 252)]
    [InlineData("""{"type": "host-local", "ranges": [[{"subnet": "10.0.0.0/24"}, {"subnet": "10.0.1.0/24"}]]}""", 506)]
    [InlineData("""{"type": "host-local", "subnet": "fd00::/16"}""", long.MaxValue - 1)]
    public void Addresses_for_pods_are_counted(string ipam, long size)
    {
        var use = Assert.Single(Parse("", ipam).CountUse([Reserved("10.0.0.10"), Reserved("fd00::5"), Reserved("192.0.2.1")]));
        Assert.Equal((size, 1), (use.Size, use.Used));
    }
}

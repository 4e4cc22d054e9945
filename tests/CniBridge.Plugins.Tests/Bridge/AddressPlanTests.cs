using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class AddressPlanTests
{
    static readonly BridgeConfig s_gateway = new() { Bridge = "cni0", IsGateway = true };
    static readonly BridgeConfig s_defaultGateway = s_gateway with { IsDefaultGateway = true };

    /// <summary>Parses assigned addresses: ADDRESS or ADDRESS@GATEWAY, separated by spaces.</summary>
    static CniResult Assigned(string ips, params ReadOnlySpan<CniRoute> routes) => new()
    {
        Ips = [.. ips.Split(' ').Select(ip => ip.Split('@')).Select(parts =>
            new CniIp(Cidr.Parse(parts[0]), parts.Length > 1 ? IpAddress.Parse(parts[1]) : null, null))],
        Routes = [.. routes],
    };

    /// <summary>Parses routes: DESTINATION or DESTINATION@GATEWAY, separated by commas.</summary>
    static CniRoute[] Routes(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Route)];

    static CniRoute Route(string text) => text.Split('@') switch
    {
        [var destination, var gateway] => new CniRoute(Cidr.Parse(destination), IpAddress.Parse(gateway)),
        _ => new CniRoute(Cidr.Parse(text), null),
    };

    static string Describe(IEnumerable<CniRoute> routes) =>
        string.Join(',', routes.Select(route => route.Gateway is { } gateway ? $"{route.Destination}@{gateway}" : $"{route.Destination}"));

    const string Dual = "10.0.0.5/24@10.0.0.1 fd00::5/64@fd00::1";

    [Fact]
    public void Every_address_belongs_to_the_third_interface() =>
        Assert.Equal([2, 2], AddressPlan.Make(s_gateway, Assigned(Dual)).Result.Ips.Select(ip => ip.Interface));

    [Theory]
    [InlineData(Dual, "10.0.0.1/24 fd00::1/64")]
    [InlineData("10.0.0.5/24", "10.0.0.1/24")]
    [InlineData("10.0.0.5/24@10.0.0.254 10.1.0.5/16", "10.0.0.254/24 10.1.0.1/16")]
    // Two addresses of one subnet have one gateway.
    [InlineData("10.0.0.5/24@10.0.0.1 10.0.0.6/24@10.0.0.1", "10.0.0.1/24")]
    public void The_gateway_of_an_address_is_its_own_or_the_first_address_of_its_network(string ips, string gateways)
    {
        Assert.Equal(gateways, string.Join(' ', AddressPlan.Make(s_gateway, Assigned(ips)).Gateways));
        Assert.Empty(AddressPlan.Make(s_gateway with { IsGateway = false }, Assigned(ips)).Gateways);
    }

    [Theory]
    [InlineData("10.0.0.5/0")]
    [InlineData("10.0.0.5/24 fd00::5/0")]
    public void An_address_with_prefix_length_0_is_refused(string ips)
    {
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => AddressPlan.Make(s_gateway, Assigned(ips)), "/0: the prefix length 0");
        Requests.AssertRefused(
            CniErrorCode.InvalidConfig, () => AddressPlan.Make(s_gateway with { IsGateway = false }, Assigned(ips)), "/0");
    }

    [Fact]
    public void Only_isGateway_fills_in_a_missing_gateway()
    {
        Assert.Equal("10.0.0.1", AddressPlan.Make(s_gateway, Assigned("10.0.0.5/24")).Result.Ips[0].Gateway?.ToString());
        Assert.Null(AddressPlan.Make(s_gateway with { IsGateway = false }, Assigned("10.0.0.5/24")).Result.Ips[0].Gateway);
    }

    [Theory]
    [InlineData(Dual, "", "0.0.0.0/0@10.0.0.1,::/0@fd00::1")]
    // There is one route per family, through the gateway of the first address.
    [InlineData("10.0.0.5/24@10.0.0.1 10.1.0.5/24@10.1.0.1", "", "0.0.0.0/0@10.0.0.1")]
    [InlineData(Dual, "0.0.0.0/0@10.0.0.9", "0.0.0.0/0@10.0.0.9,::/0@fd00::1")]
    [InlineData(Dual, "10.9.0.0/16@10.0.0.9", "10.9.0.0/16@10.0.0.9,0.0.0.0/0@10.0.0.1,::/0@fd00::1")]
    // A default route without a gateway gets this one, and the pod must have it once.
    [InlineData(Dual, "0.0.0.0/0,::/0", "0.0.0.0/0@10.0.0.1,::/0@fd00::1")]
    [InlineData("10.0.0.5/24@10.0.0.1", "0.0.0.0/0,0.0.0.0/0@10.0.0.1", "0.0.0.0/0@10.0.0.1")]
    public void A_default_gateway_adds_the_default_routes_that_are_missing(string ips, string routes, string expected) =>
        Assert.Equal(expected, Describe(AddressPlan.Make(s_defaultGateway, Assigned(ips, Routes(routes))).Routes));

    // A default route with a gateway replaces the added one. One without a gateway replaces it only if it is the same route.
    [Theory]
    [InlineData("0.0.0.0/0", 0, null, false)]
    [InlineData("0.0.0.0/0", 0, 0, false)]
    [InlineData("0.0.0.0/0", 0, 254, false)]
    [InlineData("0.0.0.0/0", 0, 100, true)]
    [InlineData("0.0.0.0/0", 100, null, true)]
    [InlineData("0.0.0.0/0@10.0.0.9", 0, 100, false)]
    [InlineData("0.0.0.0/0@10.0.0.9", 100, null, false)]
    public void A_default_route_of_another_table_or_priority_is_not_a_default_route(string text, int priority, int? table, bool isAdded)
    {
        var route = Route(text) with { Priority = (uint)priority, Table = (uint?)table };
        var plan = AddressPlan.Make(s_defaultGateway, Assigned("10.0.0.5/24@10.0.0.1", route));
        Assert.Equal(isAdded ? [route, Route("0.0.0.0/0@10.0.0.1")] : [route], plan.Result.Routes);
    }

    [Fact]
    public void An_added_default_route_is_reported() => Assert.Equal("10.9.0.0/16,0.0.0.0/0@10.0.0.1",
        Describe(AddressPlan.Make(s_defaultGateway, Assigned("10.0.0.5/24@10.0.0.1", Routes("10.9.0.0/16"))).Result.Routes));

    [Theory]
    [InlineData(Dual, "10.9.0.0/16,fd09::/16", "10.9.0.0/16@10.0.0.1,fd09::/16@fd00::1")]
    [InlineData(Dual, "10.9.0.0/16@10.0.0.7", "10.9.0.0/16@10.0.0.7")]
    [InlineData("10.0.0.5/24 10.1.0.5/24@10.1.0.1", "10.9.0.0/16", "10.9.0.0/16@10.1.0.1")]
    // Without a gateway of the family, the route is on-link.
    [InlineData("10.0.0.5/24@10.0.0.1", "fd09::/16", "fd09::/16")]
    [InlineData("10.0.0.5/24", "10.9.0.0/16", "10.9.0.0/16")]
    // A repeated route counts once. Host bits do not distinguish routes, and gateways do.
    [InlineData(Dual, "10.9.0.0/16,10.9.0.0/16,10.9.9.9/16,10.9.0.0/16@10.0.0.1", "10.9.0.0/16@10.0.0.1")]
    [InlineData(Dual, "10.9.0.0/16@10.0.0.7,10.9.0.0/16@10.0.0.8", "10.9.0.0/16@10.0.0.7,10.9.0.0/16@10.0.0.8")]
    public void A_route_uses_its_own_gateway_or_the_first_of_its_family(string ips, string routes, string expected) =>
        Assert.Equal(expected,
            Describe(AddressPlan.Make(s_gateway with { IsGateway = false }, Assigned(ips, Routes(routes))).Routes));

    // The scopes link, host and nowhere are on-link, so the kernel refuses a gateway.
    [Theory]
    [InlineData(null, true)]
    [InlineData(0, true)]
    [InlineData(200, true)]
    [InlineData(252, true)]
    [InlineData(253, false)]
    [InlineData(254, false)]
    [InlineData(255, false)]
    public void A_route_of_scope_link_or_nearer_gets_no_gateway(int? scope, bool hasGateway)
    {
        var plan = AddressPlan.Make(s_gateway, Assigned(Dual, Route("10.9.0.0/16") with { Scope = scope }));
        Assert.Equal(hasGateway, Assert.Single(plan.Routes).Gateway is not null);
        Assert.Null(Assert.Single(plan.Result.Routes).Gateway);
    }

    [Fact]
    public void The_other_keys_of_a_route_are_kept()
    {
        var route = Route("10.9.9.9/16@10.0.0.7") with { Mtu = 1400, AdvertisedMss = 1360, Priority = 5, Table = 100, Scope = 0 };
        var plan = AddressPlan.Make(s_gateway, Assigned(Dual, route));
        Assert.Equal(route with { Destination = Cidr.Parse("10.9.0.0/16") }, Assert.Single(plan.Routes));
        // The result contains the requested route.
        Assert.Equal(route, Assert.Single(plan.Result.Routes));
        Assert.Equal(2, AddressPlan.Make(s_gateway, Assigned(Dual, route, route with { Table = 101 })).Routes.Count);
    }

    [Theory]
    [InlineData(Dual, "0.0.0.0/0@fd00::1")]
    [InlineData(Dual, "::/0@10.0.0.1")]
    // An address whose gateway is of the other family gives no route a gateway that the kernel would refuse.
    [InlineData("10.0.0.5/24@fd00::1", "")]
    [InlineData("10.0.0.5/24@fd00::1", "0.0.0.0/0")]
    public void A_route_through_a_gateway_of_another_family_is_refused(string ips, string routes) => Requests.AssertRefused(
        CniErrorCode.InvalidConfig, () => AddressPlan.Make(s_defaultGateway, Assigned(ips, Routes(routes))), "address families");

    [Fact]
    public void The_configurations_DNS_replaces_the_assigned_one_as_a_whole()
    {
        var assigned = Assigned(Dual) with { Dns = new CniDns { Nameservers = ["1.1.1.1"], Domain = "assigned" } };
        Assert.Equal(assigned.Dns, AddressPlan.Make(s_gateway, assigned).Result.Dns);
        var own = new CniDns { Search = ["own"] };
        Assert.Same(own, AddressPlan.Make(s_gateway with { Dns = own }, assigned).Result.Dns);
        Assert.True(AddressPlan.Make(s_gateway with { Dns = new CniDns() }, assigned).Result.Dns.IsEmpty);
    }

    [Theory]
    [InlineData("10.0.0.5/24", false)]
    [InlineData(Dual, true)]
    public void A_plan_knows_whether_it_has_IPv6(string ips, bool hasIPv6) =>
        Assert.Equal(hasIPv6, AddressPlan.Make(s_gateway, Assigned(ips)).HasIPv6);
}

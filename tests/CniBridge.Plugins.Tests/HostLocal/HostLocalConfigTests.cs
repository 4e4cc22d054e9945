using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class HostLocalConfigTests
{
    internal static HostLocalConfig Parse(string config, string args = "", string version = "1.1.0") =>
        HostLocalConfig.Parse(Requests.Make(config, version: version), CniArgs.Parse(args, "MAC", "IP"));

    static HostLocalConfig ParseIpam(string ipam, string version = "1.1.0") => Parse($$"""{"ipam":{{ipam}}}""", "", version);

    static string Describe(HostLocalConfig config) =>
        string.Join(" | ", config.RangeSets.Select(set => $"{set.Index}: {set}"));

    [Theory]
    [InlineData("""{"subnet":"10.1.2.0/24","rangeStart":"10.1.2.9","rangeEnd":"10.1.2.20","gateway":"10.1.2.30"}""",
        "0: 10.1.2.9-10.1.2.20")]
    [InlineData("""{"ranges":[[{"subnet":"10.1.2.0/24"}],[{"subnet":"11.1.2.0/24"},{"subnet":"12.1.2.0/24"}]]}""",
        "0: 10.1.2.1-10.1.2.254 | 1: 11.1.2.1-11.1.2.254,12.1.2.1-12.1.2.254")]
    [InlineData("""{"subnet":"10.1.2.0/24","ranges":[[{"subnet":"11.1.2.0/24"}]]}""",
        "0: 10.1.2.1-10.1.2.254 | 1: 11.1.2.1-11.1.2.254")]
    // Without a subnet, the other three keys of the old style are ignored.
    [InlineData("""{"rangeStart":"10.1.2.9","gateway":"x","ranges":[[{"subnet":"11.1.2.0/24"}]]}""", "0: 11.1.2.1-11.1.2.254")]
    [InlineData("""{"subnet":null,"ranges":[[{"SUBNET":"11.1.2.0/24","RangeStart":"11.1.2.5"}]]}""", "0: 11.1.2.5-11.1.2.254")]
    public void Ranges_are_read_in_the_old_and_the_new_style(string ipam, string sets) => Assert.Equal(sets, Describe(ParseIpam(ipam)));

    // The runtime's ranges come first, because their index names the file with their last address.
    [Fact]
    public void The_runtimes_ranges_come_first_then_the_old_style_then_the_list() => Assert.Equal(
        "0: 11.1.2.1-11.1.2.254 | 1: 12.1.2.1-12.1.2.254 | 2: 10.1.2.1-10.1.2.254 | 3: 13.1.2.1-13.1.2.254",
        Describe(Parse("""
            {
              "ipam": {"subnet": "10.1.2.0/24", "ranges": [[{"subnet": "13.1.2.0/24"}]]},
              "runtimeConfig": {"IpRanges": [[{"Subnet": "11.1.2.0/24"}], [{"Subnet": "12.1.2.0/24"}]]}
            }
            """)));

    [Theory]
    [InlineData("""{"ipam":null}""")]
    [InlineData("""{}""")]
    public void A_missing_ipam_key_is_refused(string config) => AssertRefused(() => Parse(config), "IPAM config missing 'ipam' key");

    [Theory]
    [InlineData("{}", "no IP ranges specified")]
    [InlineData("""{"ranges":[]}""", "no IP ranges specified")]
    [InlineData("""{"ranges":null}""", "no IP ranges specified")]
    [InlineData("""{"subnet":""}""", "no IP ranges specified")]
    [InlineData("""{"rangeStart":"10.1.2.9"}""", "no IP ranges specified")]
    [InlineData("""{"ranges":[[]]}""", "invalid range set 0: empty range set")]
    [InlineData("""{"ranges":[null]}""", "invalid range set 0: empty range set")]
    [InlineData("""{"ranges":[[{"subnet":"10.1.2.0/24"}],[]]}""", "invalid range set 1: empty range set")]
    [InlineData("""{"ranges":[[null]]}""", "ipam.ranges[0][0]")]
    [InlineData("""{"ranges":[[{}]]}""", "ipam.ranges[0][0].subnet")]
    [InlineData("""{"ranges":[[{"subnet":"10.1.2.0/24"},{"subnet":"fd00::/64"}]]}""", "invalid range set 0: mixed address families")]
    [InlineData("""{"ranges":[[{"subnet":"10.1.0.0/22"},{"subnet":"10.1.2.0/24"}]]}""",
        "invalid range set 0: subnets 10.1.0.1-10.1.3.254 and 10.1.2.1-10.1.2.254 overlap")]
    [InlineData("""{"ranges":[[{"subnet":"10.1.0.0/22"}],[{"subnet":"10.1.2.0/24"}]]}""", "range set 0 overlaps with 1")]
    [InlineData("""{"subnet":"10.1.2.0/24","ranges":[[{"subnet":"10.9.0.0/24"}],[{"subnet":"10.1.2.0/24"}]]}""",
        "range set 0 overlaps with 2")]
    [InlineData("""{"subnet":"10.1.2.0/24","rangeStart":"10.1.3.1"}""", "RangeStart 10.1.3.1 not in network 10.1.2.0/24")]
    public void Empty_mixed_or_overlapping_range_sets_are_refused(string ipam, string message) =>
        AssertRefused(() => ParseIpam(ipam), message);

    [Theory]
    [InlineData("""[[{"subnet":"10.1.0.0/24"}],[{"subnet":"10.2.0.0/24"}]]""", false)]
    [InlineData("""[[{"subnet":"fd00::/64"}],[{"subnet":"fd01::/64"}],[{"subnet":"10.2.0.0/24"}]]""", false)]
    [InlineData("""[[{"subnet":"10.1.0.0/24"}],[{"subnet":"fd00::/64"}]]""", true)]
    [InlineData("""[[{"subnet":"10.1.0.0/24"},{"subnet":"10.2.0.0/24"}]]""", true)]
    public void Two_sets_of_a_family_need_version_0_3_0(string ranges, bool fitsOldest)
    {
        var ipam = $$"""{"ranges":{{ranges}}}""";
        foreach (var version in CniVersion.Supported)
        {
            if (fitsOldest || CniVersion.HasInterfaces(version))
                Assert.NotEmpty(ParseIpam(ipam, version).RangeSets);
            else
                AssertRefused(() => ParseIpam(ipam, version), $"CNI version {version} does not support more than 1 address per family");
        }
    }

    [Theory]
    [InlineData("""{"ipam":5}""", "ipam")]
    [InlineData("""{"ipam":{"subnet":5}}""", "ipam.subnet")]
    [InlineData("""{"ipam":{"rangeStart":[]}}""", "ipam.rangeStart")]
    [InlineData("""{"ipam":{"rangeEnd":true}}""", "ipam.rangeEnd")]
    [InlineData("""{"ipam":{"gateway":{}}}""", "ipam.gateway")]
    [InlineData("""{"ipam":{"ranges":{}}}""", "ipam.ranges")]
    // This mistake is common: a list of ranges in place of a list of range sets.
    [InlineData("""{"ipam":{"ranges":[{"subnet":"10.0.0.0/24"}]}}""", "ipam.ranges")]
    [InlineData("""{"ipam":{"ranges":[[{"subnet":5}]]}}""", "ipam.ranges[0][0].subnet")]
    [InlineData("""{"ipam":{"routes":{}}}""", "ipam.routes")]
    [InlineData("""{"ipam":{"routes":[{"dst":5}]}}""", "ipam.routes[0].dst")]
    [InlineData("""{"ipam":{"routes":[{"mtu":"5"}]}}""", "ipam.routes[0].mtu")]
    [InlineData("""{"ipam":{"routes":[{"advmss":1.5}]}}""", "ipam.routes[0].advmss")]
    [InlineData("""{"ipam":{"routes":[{"priority":true}]}}""", "ipam.routes[0].priority")]
    [InlineData("""{"ipam":{"routes":[{"table":[]}]}}""", "ipam.routes[0].table")]
    [InlineData("""{"ipam":{"routes":[{"table":"254"}]}}""", "ipam.routes[0].table")]
    [InlineData("""{"ipam":{"routes":[{"priority":1.5}]}}""", "ipam.routes[0].priority")]
    [InlineData("""{"ipam":{"routes":[{"priority":1e2}]}}""", "ipam.routes[0].priority")]
    [InlineData("""{"ipam":{"routes":[{"table":254.0}]}}""", "ipam.routes[0].table")]
    [InlineData("""{"ipam":{"routes":[{"table":99999999999999999999}]}}""", "ipam.routes[0].table")]
    [InlineData("""{"ipam":{"routes":[{"scope":{}}]}}""", "ipam.routes[0].scope")]
    [InlineData("""{"ipam":{"dataDir":5}}""", "ipam.dataDir")]
    [InlineData("""{"ipam":{"resolvConf":5}}""", "ipam.resolvConf")]
    [InlineData("""{"ipam":{},"args":{"cni":{"ips":"10.0.0.1"}}}""", "args.cni.ips")]
    [InlineData("""{"ipam":{},"args":{"cni":{"ips":[5]}}}""", "args.cni.ips[0]")]
    [InlineData("""{"ipam":{},"runtimeConfig":{"ips":[null,{}]}}""", "runtimeConfig.ips[1]")]
    [InlineData("""{"ipam":{},"runtimeConfig":{"ipRanges":[[5]]}}""", "runtimeConfig.ipRanges[0][0]")]
    public void A_value_of_the_wrong_type_is_a_decoding_failure_that_names_the_key(string config, string key) =>
        Requests.AssertRefused(CniErrorCode.DecodingFailure, () => Parse(config), "error unmarshall network config: key ", key);

    const string Subnet = "\"subnet\":\"10.1.2.0/24\"";

    [Fact]
    public void All_keys_of_a_route_are_read_and_host_bits_are_kept()
    {
        var routes = ParseIpam($$"""
            {
              {{Subnet}}, "routes": [
                {"dst": "0.0.0.0/0"},
                {"dst": "10.9.9.9/16", "gw": "10.1.2.3"},
                {"dst": "fd00::/8", "gw": "", "mtu": 1400, "advmss": 1360, "priority": 5, "table": 0, "scope": 0},
                {"dst": "192.168.0.0/16", "table": 5000, "scope": 253}
              ]
            }
            """).Routes;
        Assert.Equal(["0.0.0.0/0", "10.9.9.9/16", "fd00::/8", "192.168.0.0/16"], routes.Select(route => route.Destination.ToString()));
        Assert.Equal([null, "10.1.2.3", null, null], routes.Select(route => route.Gateway?.ToString()));
        Assert.Equal((1400, 1360, 5u, 0u, 0),
            (routes[2].Mtu, routes[2].AdvertisedMss, routes[2].Priority, routes[2].Table, routes[2].Scope));
        Assert.Equal((null, null), (routes[0].Table, routes[0].Scope));
        Assert.Equal((5000u, 253), (routes[3].Table, routes[3].Scope));
        Assert.Empty(ParseIpam($$"""{{{Subnet}}}""").Routes);
        Assert.Empty(ParseIpam($$"""{{{Subnet}},"routes":null}""").Routes);
    }

    [Fact]
    public void Priority_and_table_of_a_route_have_32_bits()
    {
        var route = Assert.Single(ParseIpam(
            $$"""{{{Subnet}},"routes":[{"dst":"0.0.0.0/0","priority":4294967295,"table":4294967295}]}""").Routes);
        Assert.Equal((uint.MaxValue, uint.MaxValue), (route.Priority, route.Table));
    }

    [Theory]
    [InlineData("{}", "ipam.routes[0].dst", "invalid CIDR address: <nil>")]
    [InlineData("""{"dst":""}""", "ipam.routes[0].dst", "invalid CIDR address")]
    [InlineData("""{"dst":"10.0.0.1"}""", "ipam.routes[0].dst", "invalid CIDR address: 10.0.0.1")]
    [InlineData("""{"dst":"0.0.0.0/0","gw":"1.2.3.x"}""", "ipam.routes[0].gw", "invalid IP address: 1.2.3.x")]
    [InlineData("""{"dst":"0.0.0.0/0","mtu":-1}""", "ipam.routes[0].mtu", "-1")]
    [InlineData("""{"dst":"0.0.0.0/0","advmss":-1}""", "ipam.routes[0].advmss", "-1")]
    [InlineData("""{"dst":"0.0.0.0/0","priority":-1}""", "ipam.routes[0].priority", "-1")]
    [InlineData("""{"dst":"0.0.0.0/0","priority":4294967296}""", "ipam.routes[0].priority", "4294967296")]
    [InlineData("""{"dst":"0.0.0.0/0","table":-1}""", "ipam.routes[0].table", "-1")]
    [InlineData("""{"dst":"0.0.0.0/0","table":4294967296}""", "ipam.routes[0].table", "4294967296")]
    [InlineData("""{"dst":"0.0.0.0/0","table":9223372036854775807}""", "ipam.routes[0].table", "9223372036854775807")]
    [InlineData("""{"dst":"0.0.0.0/0","scope":256}""", "ipam.routes[0].scope", "256")]
    [InlineData("""{"dst":"0.0.0.0/0","scope":-1}""", "ipam.routes[0].scope", "-1")]
    [InlineData("null", "ipam.routes[0]", "expected an object")]
    public void An_invalid_route_is_refused_before_an_address_is_reserved(string route, string key, string why) =>
        AssertRefused(() => ParseIpam($$"""{{{Subnet}},"routes":[{{route}}]}"""), key, why);

    [Theory]
    [InlineData("""{"subnet":"10.1.2.0/24"}""", "/var/lib/cni/networks/pods")]
    [InlineData("""{"subnet":"10.1.2.0/24","dataDir":""}""", "/var/lib/cni/networks/pods")]
    [InlineData("""{"subnet":"10.1.2.0/24","dataDir":null}""", "/var/lib/cni/networks/pods")]
    [InlineData("""{"subnet":"10.1.2.0/24","DataDir":"/run/x/"}""", "/run/x/pods")]
    public void Reservations_are_in_the_data_directory_under_the_name_of_the_network(string ipam, string directory) =>
        Assert.Equal(directory, ParseIpam(ipam).Place.Directory);

    [Fact]
    public void A_NUL_in_a_path_is_refused() =>
        AssertRefused(() => ParseIpam($$"""{{{Subnet}},"dataDir":"/run\u0000/x"}"""), "ipam.dataDir", "NUL");

    [Theory]
    [InlineData("dataDir")]
    [InlineData("stateDir")]
    [InlineData("resolvConf")]
    public void A_relative_path_is_refused(string key)
    {
        foreach (var path in (ReadOnlySpan<string>)["x", "./x", "../x", " /x", "~/x"])
            AssertRefused(() => ParseIpam($$"""{{{Subnet}},"{{key}}":"{{path}}"}"""), $"ipam.{key}", path, "absolute path");
    }

    static void AssertRefused(Action action, params ReadOnlySpan<string> words) =>
        Requests.AssertRefused(CniErrorCode.InvalidConfig, action, words);
}

using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Calls;

/// <summary>Tests of configurations with wrong types and values: each gives an error object and changes nothing.</summary>
public sealed class BadConfigurationTests(UntouchedNodes nodes) : IClassFixture<UntouchedNodes>
{
    const int Decoding = 6;
    const int InvalidConfig = 7;

    [Theory]
    [InlineData("""{"bridge": 5}""", "bridge")]
    [InlineData("""{"bridge": ["cni0"]}""", "bridge")]
    [InlineData("""{"mtu": "1500"}""", "mtu")]
    [InlineData("""{"mtu": "fast"}""", "mtu")]
    [InlineData("""{"mtu": "automatic"}""", "mtu")]
    [InlineData("""{"mtu": ""}""", "mtu")]
    [InlineData("""{"mtu": ["auto"]}""", "mtu")]
    [InlineData("""{"mtu": 1500.5}""", "mtu")]
    [InlineData("""{"mtu": 1500.0}""", "mtu")]
    [InlineData("""{"mtu": 1e3}""", "mtu")]
    [InlineData("""{"mtu": 99999999999}""", "mtu")]
    [InlineData("""{"mtu": true}""", "mtu")]
    [InlineData("""{"isGateway": "true"}""", "isGateway")]
    [InlineData("""{"isGateway": 1}""", "isGateway")]
    [InlineData("""{"isDefaultGateway": "false"}""", "isDefaultGateway")]
    [InlineData("""{"forceAddress": 0}""", "forceAddress")]
    [InlineData("""{"hairpinMode": []}""", "hairpinMode")]
    [InlineData("""{"promiscMode": {}}""", "promiscMode")]
    [InlineData("""{"enabledad": "yes"}""", "enabledad")]
    [InlineData("""{"ipMasq": "true"}""", "ipMasq")]
    [InlineData("""{"vlan": "5"}""", "vlan")]
    [InlineData("""{"portIsolation": "true"}""", "portIsolation")]
    [InlineData("""{"disableContainerInterface": "true"}""", "disableContainerInterface")]
    [InlineData("""{"dns": []}""", "dns")]
    [InlineData("""{"dns": {"nameservers": "10.0.0.1"}}""", "dns.nameservers")]
    [InlineData("""{"dns": {"nameservers": [1]}}""", "dns.nameservers")]
    [InlineData("""{"dns": {"domain": []}}""", "dns.domain")]
    [InlineData("""{"args": "x"}""", "args")]
    [InlineData("""{"args": {"cni": []}}""", "args.cni")]
    [InlineData("""{"args": {"cni": {"mac": 5}}}""", "args.cni.mac")]
    [InlineData("""{"args": {"cni": {"ips": "10.88.0.9"}}}""", "args.cni.ips")]
    [InlineData("""{"runtimeConfig": []}""", "runtimeConfig")]
    [InlineData("""{"runtimeConfig": {"mac": 5}}""", "runtimeConfig.mac")]
    [InlineData("""{"runtimeConfig": {"ips": [10]}}""", "runtimeConfig.ips")]
    [InlineData("""{"runtimeConfig": {"ipRanges": {}}}""", "runtimeConfig.ipRanges")]
    [InlineData("""{"ipam": "host-local"}""", "ipam")]
    [InlineData("""{"ipam": []}""", "ipam")]
    [InlineData("""{"ipam": {"type": 5}}""", "ipam.type")]
    public void The_error_for_a_wrong_type_names_the_key(string keys, string key) =>
        AssertRefused(Decoding, Configurations.With(keys), key);

    [Theory]
    [InlineData("""{"subnet": 5}""", "ipam.subnet")]
    [InlineData("""{"subnet": ["10.88.0.0/24"]}""", "ipam.subnet")]
    [InlineData("""{"ranges": {}}""", "ipam.ranges")]
    [InlineData("""{"ranges": "10.88.0.0/24"}""", "ipam.ranges")]
    [InlineData("""{"ranges": [{"subnet": "10.88.0.0/24"}]}""", "ipam.ranges")]
    [InlineData("""{"ranges": [["10.88.0.0/24"]]}""", "ipam.ranges")]
    [InlineData("""{"ranges": [[{"subnet": 5}]]}""", "ipam.ranges")]
    [InlineData("""{"subnet": "10.88.0.0/24", "routes": {}}""", "ipam.routes")]
    [InlineData("""{"subnet": "10.88.0.0/24", "routes": [5]}""", "ipam.routes")]
    [InlineData("""{"subnet": "10.88.0.0/24", "routes": [{"dst": 5}]}""", "ipam.routes")]
    [InlineData("""{"subnet": "10.88.0.0/24", "routes": [{"dst": "1.0.0.0/8", "mtu": "1400"}]}""", "ipam.routes")]
    [InlineData("""{"subnet": "10.88.0.0/24", "dataDir": 1}""", "ipam.dataDir")]
    [InlineData("""{"subnet": "10.88.0.0/24", "resolvConf": []}""", "ipam.resolvConf")]
    public void The_error_for_a_wrong_type_in_ipam_names_the_key(string ipam, string key) =>
        AssertRefused(Decoding, Configurations.WithIpam(ipam), key);

    [Theory]
    [InlineData("""{"bridge": ""}""", "bridge")]
    [InlineData("""{"bridge": "a/b"}""", "a/b")]
    [InlineData("""{"bridge": ".."}""", "..")]
    [InlineData("""{"bridge": "a b"}""", "a b")]
    [InlineData("""{"bridge": "br%d"}""", "br%d")]
    [InlineData("""{"bridge": "br\u0000x"}""", "bridge")]
    [InlineData("""{"bridge": "abcdefghijklmnop"}""", "abcdefghijklmnop")]
    [InlineData("""{"bridge": "éééééééé"}""", "bridge")]
    [InlineData("""{"bridge": "lo"}""", "lo")]
    [InlineData("""{"bridge": "eth0"}""", "veth")]
    [InlineData("""{"mtu": 1}""", "mtu")]
    [InlineData("""{"mtu": 67}""", "67")]
    [InlineData("""{"mtu": -1}""", "-1")]
    [InlineData("""{"mtu": 65536}""", "65536")]
    [InlineData("""{"mtu": 2147483647}""", "2147483647")]
    [InlineData("""{"hairpinMode": true, "promiscMode": true}""", "hairpinMode")]
    [InlineData("""{"runtimeConfig": {"mac": "zz"}}""", "runtimeConfig.mac")]
    [InlineData("""{"runtimeConfig": {"mac": "01:00:5e:00:00:01"}}""", "01:00:5e:00:00:01")]
    [InlineData("""{"args": {"cni": {"mac": "00:00:00:00:00:00"}}}""", "args.cni.mac")]
    [InlineData("""{"args": {"cni": {"ips": ["zz"]}}}""", "args.cni.ips[0]")]
    [InlineData("""{"runtimeConfig": {"ips": [""]}}""", "runtimeConfig.ips[0]")]
    [InlineData("""{"runtimeConfig": {"ips": [null]}}""", "runtimeConfig.ips[0]")]
    [InlineData("""{"runtimeConfig": {"ipRanges": [[{"subnet": "10.88.0.0/25"}]]}}""", "overlaps")]
    [InlineData("""{"cniVersion": "0.2.0", "ipam": {}}""", "no valid IP addresses")]
    public void The_error_for_a_wrong_value_names_it(string keys, string word) =>
        AssertRefused(InvalidConfig, Configurations.With(keys), word);

    [Fact]
    public void Addresses_for_an_interface_that_stays_down_are_refused() => AssertRefused(
        InvalidConfig,
        Configurations.With("""{"disableContainerInterface": true}"""),
        "disableContainerInterface",
        "cannot use IPAM when DisableContainerInterface flag is set");

    [Theory]
    [InlineData("""{}""", "no IP ranges")]
    [InlineData("""{"ranges": []}""", "no IP ranges")]
    [InlineData("""{"ranges": [[]]}""", "empty range set")]
    [InlineData("""{"ranges": [null]}""", "empty range set")]
    [InlineData("""{"ranges": [[null]]}""", "ipam.ranges[0][0]")]
    [InlineData("""{"ranges": [[{}]]}""", "ipam.ranges[0][0].subnet")]
    [InlineData("""{"subnet": "10.88.0.0"}""", "10.88.0.0")]
    [InlineData("""{"subnet": "10.88.0.0/33"}""", "10.88.0.0/33")]
    [InlineData("""{"subnet": "10.88.0.0/-1"}""", "10.88.0.0/-1")]
    [InlineData("""{"subnet": "010.88.0.0/24"}""", "010.88.0.0/24")]
    [InlineData("""{"subnet": "10.88/16"}""", "10.88/16")]
    [InlineData("""{"subnet": "fd00:88::%eth0/64"}""", "fd00:88::%eth0/64")]
    [InlineData("""{"subnet": "10.88.0.0/24 "}""", "10.88.0.0/24")]
    [InlineData("""{"subnet": "x"}""", "ipam.subnet")]
    [InlineData("""{"subnet": "10.88.0.0/31"}""", "too small")]
    [InlineData("""{"subnet": "10.88.0.0/32"}""", "too small")]
    [InlineData("""{"subnet": "fd00:88::/127"}""", "too small")]
    [InlineData("""{"subnet": "fd00:88::/128"}""", "too small")]
    [InlineData("""{"subnet": "10.88.0.1/24"}""", "host bits")]
    [InlineData("""{"subnet": "fd00:88::1/64"}""", "host bits")]
    [InlineData("""{"subnet": "10.88.0.0/24", "rangeStart": "10.89.0.5"}""", "RangeStart")]
    [InlineData("""{"subnet": "10.88.0.0/24", "rangeEnd": "10.87.255.255"}""", "RangeEnd")]
    [InlineData("""{"subnet": "10.88.0.0/24", "rangeStart": "10.88.0.9", "rangeEnd": "10.88.0.8"}""", "RangeStart")]
    [InlineData("""{"subnet": "10.88.0.0/24", "rangeStart": "fd00::5"}""", "RangeStart")]
    [InlineData("""{"subnet": "10.88.0.0/24", "rangeEnd": "x"}""", "ipam.rangeEnd")]
    [InlineData("""{"subnet": "10.88.0.0/24", "gateway": "x"}""", "ipam.gateway")]
    [InlineData("""{"ranges": [[{"subnet": "10.88.0.0/24"}, {"subnet": "10.88.0.128/25"}]]}""", "overlap")]
    [InlineData("""{"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "10.88.0.0/16"}]]}""", "overlap")]
    [InlineData("""{"subnet": "10.88.0.0/24", "ranges": [[{"subnet": "10.88.0.0/24"}]]}""", "overlap")]
    [InlineData("""{"ranges": [[{"subnet": "10.88.0.0/24"}, {"subnet": "fd00:88::/64"}]]}""", "mixed")]
    public void A_wrong_range_is_refused(string ipam, string word) =>
        AssertRefused(InvalidConfig, Configurations.WithIpam(ipam), word);

    [Theory]
    [InlineData("""{}""", "dst")]
    [InlineData("""{"dst": "x"}""", "dst")]
    [InlineData("""{"dst": "0.0.0.0"}""", "0.0.0.0")]
    [InlineData("""{"dst": "0.0.0.0/0", "gw": "x"}""", "gw")]
    [InlineData("""{"dst": "0.0.0.0/0", "mtu": -1}""", "mtu")]
    [InlineData("""{"dst": "0.0.0.0/0", "advmss": -1}""", "advmss")]
    [InlineData("""{"dst": "0.0.0.0/0", "priority": -1}""", "priority")]
    [InlineData("""{"dst": "0.0.0.0/0", "table": -1}""", "table")]
    [InlineData("""{"dst": "0.0.0.0/0", "scope": 256}""", "scope")]
    public void A_wrong_route_is_refused(string route, string word) => AssertRefused(
        InvalidConfig,
        Configurations.WithIpam($$"""{"subnet": "10.88.0.0/24", "routes": [{{route}}]}"""),
        "ipam.routes[0]",
        word);

    [Fact]
    public void A_route_through_a_gateway_of_the_other_family_is_refused() => AssertRefused(
        InvalidConfig,
        Configurations.WithIpam("""{"subnet": "10.88.0.0/24", "routes": [{"dst": "1.0.0.0/8", "gw": "fd00::1"}]}"""),
        "ipam.routes[0].gw",
        "address family");

    [Fact]
    public void A_NUL_in_a_path_is_refused()
    {
        const string dataDirectory = """{"subnet": "10.88.0.0/24", "dataDir": "/run/a\u0000b"}""";
        const string resolvConf = """{"subnet": "10.88.0.0/24", "resolvConf": "/run/a\u0000b"}""";

        AssertRefused(InvalidConfig, Configurations.WithIpam(dataDirectory), "dataDir");
        AssertRefused(InvalidConfig, Configurations.WithIpam(resolvConf), "resolvConf");
    }

    // A relative path would start at the working directory of the runtime.
    [Theory]
    [InlineData("dataDir", "networks")]
    [InlineData("dataDir", "./networks")]
    [InlineData("stateDir", "../owners")]
    [InlineData("resolvConf", "resolv.conf")]
    public void A_relative_path_is_refused(string key, string path) => AssertRefused(
        InvalidConfig, Configurations.WithIpam($$"""{"subnet": "10.88.0.0/24", "{{key}}": "{{path}}"}"""), $"ipam.{key}", path,
            "absolute path");

    void AssertRefused(int code, string configuration, params string[] words) =>
        nodes.AssertRefused(code, node => RawCall.Of(node, "ADD", configuration), words);
}

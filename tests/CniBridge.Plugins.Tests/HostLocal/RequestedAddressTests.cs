using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of requested addresses from three sources.</summary>
public sealed class RequestedAddressTests
{
    static string Config(string cni, string runtime) => $$$"""
        {"ipam":{"subnet":"10.1.2.0/24"},"args":{"cni":{"ips":{{{cni}}}}},"runtimeConfig":{"Ips":{{{runtime}}}}}
        """;

    [Theory]
    [InlineData("", "null", "null", "")]
    [InlineData("IP=", "[]", "[]", "")]
    [InlineData("IP=10.1.2.10", "null", "null", "10.1.2.10")]
    [InlineData("IP=10.1.2.10/24", "null", "null", "10.1.2.10")]
    [InlineData("IP=10.1.2.10", """["10.1.2.11","11.11.11.11","2001:DB8:1::11"]""", "null",
        "10.1.2.10 10.1.2.11 11.11.11.11 2001:db8:1::11")]
    [InlineData("IP=10.1.2.10/16", """["10.1.2.11/8","11.11.11.11/24","2001:db8:1::11/64"]""", "null",
        "10.1.2.10 10.1.2.11 11.11.11.11 2001:db8:1::11")]
    [InlineData("", "null", """["10.1.2.11","11.11.11.11/24","2001:db8:1::11/64"]""", "10.1.2.11 11.11.11.11 2001:db8:1::11")]
    [InlineData("IP=10.1.2.3", """["10.1.2.2"]""", """["10.1.2.1"]""", "10.1.2.3 10.1.2.2 10.1.2.1")]
    // Two spellings of one address count once.
    [InlineData("IP=10.1.2.3", """["10.1.2.3/24","::ffff:10.1.2.3"]""", """["10.1.2.3"]""", "10.1.2.3")]
    public void Requested_addresses_come_from_three_sources_in_order(string args, string cni, string runtime, string expected) =>
        Assert.Equal(expected, string.Join(' ', HostLocalConfigTests.Parse(Config(cni, runtime), args).RequestedAddresses));

    [Theory]
    [InlineData("""{"ipam":{"subnet":"10.1.2.0/24"},"args":null,"runtimeConfig":null}""")]
    [InlineData("""{"ipam":{"subnet":"10.1.2.0/24"},"args":{"cni":null}}""")]
    public void A_request_without_addresses_is_valid(string config) => Assert.Empty(HostLocalConfigTests.Parse(config).RequestedAddresses);

    [Theory]
    [InlineData("IP=zz", "null", "null", "CNI_ARGS IP = zz")]
    [InlineData("IP=10.1.2.3,10.1.2.4", "null", "null", "CNI_ARGS IP = 10.1.2.3,10.1.2.4")]
    [InlineData("IP=10.1.2.03", "null", "null", "10.1.2.03")]
    [InlineData("IP=10.1.2.3/33", "null", "null", "10.1.2.3/33")]
    [InlineData("", """["10.1.2.3",""]""", "null", "args.cni.ips[1]")]
    [InlineData("", """[null]""", "null", "args.cni.ips[0]")]
    [InlineData("", "null", """["fd00::1%eth0"]""", "runtimeConfig.ips[0] = fd00::1%eth0")]
    public void An_invalid_address_is_refused_and_the_error_names_its_key(string args, string cni, string runtime, string words) =>
        Requests.AssertRefused(CniErrorCode.InvalidConfig,
            () => HostLocalConfigTests.Parse(Config(cni, runtime), args), words, "invalid IP address");
}

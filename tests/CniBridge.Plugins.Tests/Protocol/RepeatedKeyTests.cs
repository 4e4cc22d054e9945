using System.Text;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.HostLocal;

namespace CniBridge.Plugins.Tests.Protocol;

/// <summary>Tests of repeated keys, which are read as Go's decoder reads them into structures.</summary>
public sealed class RepeatedKeyTests
{
    static BridgeJson Read(string keys) => CniJson.Decode(Encoding.UTF8.GetBytes($"{{{keys}}}"), BridgeJson.Read, "network config");

    [Theory]
    [InlineData(""" "mtu":1400,"mtu":1500 """)]
    [InlineData(""" "MTU":1400,"mtu":1500 """)]
    [InlineData(""" "mtu":1400,"MTU":1500 """)]
    [InlineData(""" "mtu":1500,"mtu":null """)]
    [InlineData(""" "mtu":null,"mtu":1500,"Mtu":null """)]
    public void The_last_of_repeated_numbers_wins(string keys) => Assert.Equal(1500, Read(keys).Mtu);

    [Fact]
    public void The_last_of_repeated_texts_booleans_and_lists_wins()
    {
        var json = Read("""
            "bridge":"a","bridge":"b","isGateway":false,"isGateway":true,
            "nonMasqueradeCIDRs":["10.0.0.0/8","10.1.0.0/16"],"nonMasqueradeCIDRs":["10.2.0.0/16"]
            """);
        Assert.Equal(("b", true), (json.Bridge, json.IsGateway));
        Assert.Equal(["10.2.0.0/16"], json.NonMasqueradeCidrs!);
    }

    [Theory]
    [InlineData(""" "ipam":{"type":"host-local"},"ipam":{} """)]
    [InlineData(""" "ipam":{},"IPAM":{"type":"host-local"} """)]
    [InlineData(""" "ipam":{"type":"dhcp"},"ipam":{"Type":"host-local"} """)]
    [InlineData(""" "ipam":{"type":"host-local"},"ipam":null """)]
    [InlineData(""" "ipam":null,"ipam":{"type":"host-local"} """)]
    public void Repeated_objects_are_merged(string keys) => Assert.Equal("host-local", Read(keys).Ipam?.Type);

    [Fact]
    public void Objects_inside_merged_objects_are_merged()
    {
        var json = Read("""
            "args":{"cni":{"mac":"a"}},"args":{"cni":{"ips":["b"]}},"Args":{"x":1},
            "runtimeConfig":{"mac":"c"},"RuntimeConfig":{"ips":["d"]}
            """);
        Assert.Equal("a", json.Args?.Cni?.Mac);
        Assert.Equal(["b"], json.Args!.Cni!.Ips!);
        Assert.Equal("c", json.RuntimeConfig?.Mac);
        Assert.Equal(["d"], json.RuntimeConfig!.Ips!);
    }

    [Theory]
    [InlineData(""" "ipam":{"type":"host-local"},"ipam":5 """)]
    [InlineData(""" "ipam":[],"ipam":{"type":"host-local"} """)]
    public void A_repeated_key_that_is_not_an_object_is_refused(string keys) =>
        Requests.AssertRefused(6, () => Read(keys), "key ipam: expected an object");

    [Fact]
    public void A_configuration_in_two_parts_equals_one_in_a_single_part()
    {
        var config = HostLocalConfigTests.Parse("""
            {"name":"pods","ipam":{"type":"host-local","subnet":"10.1.0.0/16"},"ipam":{"rangeStart":"10.1.0.5","routes":[{"dst":"0.0.0.0/0"}]}}
            """);
        Assert.Equal("10.1.0.5-10.1.255.254", Assert.Single(config.RangeSets).ToString());
        Assert.Single(config.Routes);
    }
}

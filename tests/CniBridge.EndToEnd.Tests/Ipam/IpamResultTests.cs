using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of the results of an external IPAM plugin in all versions.</summary>
public sealed class IpamResultTests
{
    const string Old = """
        "ip4": {"ip": "10.88.0.9/24", "gateway": "10.88.0.7", "routes": [{"dst": "10.1.0.0/16"}]},
        "ip6": {"ip": "fd00:88::9/64", "routes": [{"dst": "fd01::/64", "gw": "fd00:88::7"}]}, "dns": {"domain": "a.example"}
        """;

    const string Middle = """
        "ips": [{"version": "4", "address": "10.88.0.9/24", "gateway": "10.88.0.7"}, {"version": "6", "address": "fd00:88::9/64"}],
        "routes": [{"dst": "10.1.0.0/16"}, {"dst": "fd01::/64", "gw": "fd00:88::7"}], "dns": {"domain": "a.example"}
        """;

    const string New = """
        "ips": [{"address": "10.88.0.9/24", "gateway": "10.88.0.7"}, {"address": "fd00:88::9/64"}],
        "routes": [{"dst": "10.1.0.0/16"}, {"dst": "fd01::/64", "gw": "fd00:88::7"}], "dns": {"domain": "a.example"}
        """;

    public static TheoryData<string, string, string> Shapes
    {
        get
        {
            (string Version, string Shape)[] shapes =
            [
                ("0.1.0", Old), ("0.2.0", Old), ("0.3.0", Middle), ("0.3.1", Middle), ("0.4.0", Middle), ("1.0.0", New), ("1.1.0", New),
            ];
            var data = new TheoryData<string, string, string>();
            foreach (var (version, shape) in shapes)
            {
                // A result without a version has that of the configuration.
                data.Add(version, "", shape);
                data.Add(version, "\"cniVersion\": \"\",", shape);
                data.Add(version, $"\"cniVersion\": \"{version}\",", shape);
                // The version of the result counts, not that of the configuration.
                data.Add("0.2.0", $"\"cniVersion\": \"{version}\",", shape);
                data.Add("1.1.0", $"\"CNIVERSION\": \"{version}\",", shape);
            }
            // A missing version is the oldest one.
            data.Add("", "", Old);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_result_without_a_version_has_the_version_of_the_configuration(string configured, string version, string shape)
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer($"{{{version} {shape}}}"));
        var isOld = configured is "" or "0.1.0" or "0.2.0";

        var result = Call(node, "ADD", $$"""{"cniVersion": "{{configured}}", "isDefaultGateway": false}""").Succeed().Json;

        Assert.Equal(configured.Length == 0 ? "0.1.0" : configured, result.GetProperty("cniVersion").GetString());
        Assert.Equal("a.example", result.GetProperty("dns").GetProperty("domain").GetString());
        Assert.Equal(
            isOld
                ? """{"ip":"10.88.0.9/24","gateway":"10.88.0.7","routes":[{"dst":"10.1.0.0/16"}]}"""
                : """["10.88.0.9/24","10.88.0.7","fd00:88::9/64","fd00:88::1"]""",
            isOld ? JsonSerializer.Serialize(result.GetProperty("ip4")) : JsonSerializer.Serialize(AddressesAndGateways(result)));
        Assert.Equal(
            isOld
                ? """{"ip":"fd00:88::9/64","gateway":"fd00:88::1","routes":[{"dst":"fd01::/64","gw":"fd00:88::7"}]}"""
                : """[{"dst":"10.1.0.0/16"},{"dst":"fd01::/64","gw":"fd00:88::7"}]""",
            JsonSerializer.Serialize(result.GetProperty(isOld ? "ip6" : "routes")));
        Assert.Equal(["10.88.0.9/24", "fd00:88::9/64"], node.IpJsonInPod("pod", "address", "show", "eth0").GlobalAddresses());
        Assert.Equal(["10.88.0.7/24", "fd00:88::1/64"], node.IpJson("address", "show", "cni0").GlobalAddresses());
        Assert.Equal("10.88.0.7", Route(node, "10.1.0.0/16"));
        Assert.Equal("fd00:88::7", Route(node, "fd01::/64"));
    }

    [Theory]
    [InlineData("1.0.0", "{}")]
    [InlineData("1.0.0", "null")]
    [InlineData("1.0.0", " \n null\n")]
    [InlineData("1.0.0", """{"ips": []}""")]
    [InlineData("1.0.0", """{"ips": null, "dns": {"domain": "x"}, "routes": [{"dst": "10.1.0.0/16"}]}""")]
    [InlineData("1.0.0", """{"ip4": {"ip": "10.88.0.9/24"}}""")]
    [InlineData("1.0.0", """{"cniVersion": "0.2.0", "ips": [{"address": "10.88.0.9/24"}]}""")]
    [InlineData("0.4.0", """{"ip4": {"ip": "10.88.0.9/24"}}""")]
    [InlineData("0.2.0", """{"ips": [{"version": "4", "address": "10.88.0.9/24"}]}""")]
    [InlineData("0.2.0", """{"cniVersion": "1.0.0", "ip4": {"ip": "10.88.0.9/24"}}""")]
    [InlineData("", """{"ips": [{"address": "10.88.0.9/24"}]}""")]
    [InlineData("", "null")]
    public void A_result_without_an_address_is_refused(string configured, string answer)
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer(answer));

        Call(node, "ADD", $$"""{"cniVersion": "{{configured}}"}""").FailSomehow("IPAM plugin returned missing IP config");

        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        node.AssertNoResidue("pod");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("10.88.0.9/24")]
    [InlineData("[]")]
    [InlineData("\"10.88.0.9/24\"")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/24"}]""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/24"}]} and more""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/24"}]}{}""")]
    [InlineData("""{"ips": {"address": "10.88.0.9/24"}}""")]
    [InlineData("""{"ips": ["10.88.0.9/24"]}""")]
    [InlineData("""{"ips": [{"address": 10}]}""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9"}]}""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/33"}]}""")]
    [InlineData("""{"ips": [{}]}""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/24", "gateway": "gateway"}]}""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/24"}], "routes": [{"dst": "everywhere"}]}""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/24"}], "routes": [{"dst": "0.0.0.0/0", "gw": "fd00:88::1"}]}""")]
    [InlineData("""{"ips": [{"address": "10.88.0.9/24"}], "dns": []}""")]
    [InlineData("""{"cniVersion": "9.9.9", "ips": [{"address": "10.88.0.9/24"}]}""")]
    [InlineData("""{"cniVersion": 1, "ips": [{"address": "10.88.0.9/24"}]}""")]
    public void An_invalid_result_fails_the_ADD_and_is_undone(string answer)
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer(answer));

        var error = Call(node, "ADD").FailSomehow();

        // The previous result of the runtime is correct.
        Assert.DoesNotContain("prevResult", error, StringComparison.Ordinal);
        Assert.Equal(["ADD", "DEL"], ipam.Calls);
        node.AssertNoResidue("pod");
    }

    [Fact]
    public void Interfaces_in_the_result_of_the_IPAM_plugin_are_ignored()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer("""
            {"interfaces": [{"name": "net1", "sandbox": "/run/netns/other"}], "ips": [{"address": "10.88.0.9/24", "interface": 0}]}
            """));

        var result = Call(node, "ADD").Succeed().Json;

        Assert.Equal(2, result.GetProperty("ips")[0].GetProperty("interface").GetInt32());
        var interfaces = result.GetProperty("interfaces").EnumerateArray().Select(item => item.GetProperty("name").GetString()).ToList();
        Assert.Equal(3, interfaces.Count);
        Assert.Equal("cni0", interfaces[0]);
        Assert.Equal("eth0", interfaces[2]);
    }

    [Theory]
    [InlineData("""{"isGateway": true}""", "10.88.0.9/24", "10.88.0.1")]
    [InlineData("""{"isGateway": true}""", "10.88.77.9/16", "10.88.0.1")]
    [InlineData("""{"isGateway": true}""", "10.88.0.130/25", "10.88.0.129")]
    [InlineData("""{"isGateway": true}""", "fd00:88::9/64", "fd00:88::1")]
    [InlineData("""{"isDefaultGateway": true}""", "10.88.0.9/24", "10.88.0.1")]
    [InlineData("""{"isGateway": false}""", "10.88.0.9/24", null)]
    [InlineData("""{"isGateway": false}""", "fd00:88::9/64", null)]
    public void The_default_gateway_address_is_the_first_of_the_subnet(string keys, string address, string? gateway)
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer($$"""{"ips": [{"address": "{{address}}"}]}"""));

        var result = RawCall.Of(node, "ADD", Configurations.With(
            """{"ipam": {"type": "scripted"}, "isGateway": false, "isDefaultGateway": false}""", keys)).Succeed().Json;

        var ip = result.GetProperty("ips")[0];
        Assert.Equal(gateway, ip.TryGetProperty("gateway", out var named) ? named.GetString() : null);
        var expected = gateway is null ? [] : new[] { gateway + address[address.IndexOf('/', StringComparison.Ordinal)..] };
        Assert.Equal(expected, node.IpJson("address", "show", "cni0").GlobalAddresses());
        if (gateway is not null)
            node.AssertPodReaches("pod", gateway);
    }

    [Fact]
    public void A_default_route_without_a_gateway_is_not_duplicated()
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer(
            """{"ips": [{"address": "10.88.0.9/24"}], "routes": [{"dst": "0.0.0.0/0"}, {"dst": "0.0.0.0/0", "gw": "10.88.0.1"}]}"""));

        var added = Call(node, "ADD").Succeed();

        Assert.Equal("10.88.0.1", Route(node, "default"));
        Call(node, "CHECK").WithPrevious(added).Succeed();
    }

    [Theory]
    [InlineData("{}", """{"domain":"a.example","nameservers":["192.0.2.1"]}""")]
    [InlineData("""{"dns": {"domain": "b.example"}}""", """{"domain":"b.example"}""")]
    [InlineData("""{"dns": {"nameservers": []}}""", null)]
    public void The_DNS_of_the_IPAM_plugin_is_used_unless_the_configuration_has_one(string keys, string? expected)
    {
        using var node = NewNode();
        var ipam = new ScriptedIpam(node);
        ipam.Does("ADD", ScriptedIpam.Answer(
            """{"ips": [{"address": "10.88.0.9/24"}], "dns": {"nameservers": ["192.0.2.1"], "domain": "a.example"}}"""));

        var result = Call(node, "ADD", keys).Succeed().Json;

        Assert.Equal(expected, result.TryGetProperty("dns", out var actual) ? JsonSerializer.Serialize(actual) : null);
    }

    static IEnumerable<string?> AddressesAndGateways(JsonElement result) => result.GetProperty("ips").EnumerateArray()
        .SelectMany(ip => new[] { ip.GetProperty("address").GetString(), ip.GetProperty("gateway").GetString() });

    /// <summary>Returns the gateway of the pod's only route to a destination.</summary>
    static string? Route(ScratchNode node, string destination)
    {
        var family = PodNetwork.IsIpv6(destination) ? "-6" : "-4";
        return Assert.Single(node.IpJsonInPod("pod", family, "route", "show", destination).EnumerateArray())
            .GetProperty("gateway").GetString();
    }

    static RawCall Call(ScratchNode node, string verb, string keys = "{}") => RawCall.Of(node, verb, ScriptedIpam.Network(keys));

    static ScratchNode NewNode()
    {
        Requirement.Node();
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        return node;
    }
}

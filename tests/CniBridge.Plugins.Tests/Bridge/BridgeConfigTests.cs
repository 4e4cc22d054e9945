using System.Reflection;
using System.Text.Json.Nodes;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Node.ConfigurationKeys;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class BridgeConfigTests
{
    internal static BridgeConfig Parse(string config, string args = "") =>
        BridgeConfig.Parse(Requests.Make(config), CniArgs.Parse(args, "MAC", "IP"));

    internal static readonly BridgeConfig s_defaults = new() { Bridge = "cni0" };

    /// <summary>Compares two configurations with the content of their lists, because records compare lists by reference.</summary>
    internal static void AssertEqual(BridgeConfig expected, BridgeConfig actual)
    {
        Assert.Equal(expected.Trunk, actual.Trunk);
        Assert.Equal(expected.NotMasqueraded, actual.NotMasqueraded);
        Assert.Equal(expected with { Trunk = actual.Trunk, NotMasqueraded = actual.NotMasqueraded }, actual);
    }

    const string Full = """
        {
          "cniVersion": "1.1.0", "name": "pods", "type": "bridge",
          "bridge": "br-pods", "isGateway": true, "isDefaultGateway": true, "forceAddress": true, "mtu": 1400,
          "promiscMode": true, "enabledad": true, "portIsolation": true, "vlan": 100, "vlanTrunk": [{"id": 10}],
          "preserveDefaultVlan": true, "macspoofchk": true, "ipam": {"type": "host-local", "subnet": "10.0.0.0/24"},
          "ipMasq": true, "ipMasqBackend": "nftables", "nonMasqueradeCIDRs": ["10.0.0.0/8", "fd00::/8"]
        }
        """;

    static readonly BridgeConfig s_full = new()
    {
        Bridge = "br-pods",
        IsGateway = true,
        IsDefaultGateway = true,
        ForcesAddress = true,
        Mtu = 1400,
        IsPromiscuous = true,
        DetectsDuplicates = true,
        PortSettings = PortSettings.Isolated,
        Vlan = 100,
        Trunk = [new VlanRange(10, 10)],
        FiltersVlans = true,
        PreservesDefaultVlan = true,
        ChecksMacSpoofing = true,
        IpamType = "host-local",
        Masquerades = true,
        NotMasqueraded = [Cidr.Parse("10.0.0.0/8"), Cidr.Parse("fd00::/8")],
    };

    // The rule for names in CONTRIBUTING.
    [Fact]
    public void Names_of_boolean_properties_say_what_the_plugin_does() => Assert.All(
        typeof(BridgeConfig).GetProperties(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(property => property.PropertyType == typeof(bool)),
        property => Assert.Matches("^(Is[A-Z]|[A-Z][a-z]+s([A-Z]|$))", property.Name));

    [Fact]
    public void Every_key_has_a_default() => AssertEqual(s_defaults, Parse("{}"));

    [Fact]
    public void Every_key_is_read() => AssertEqual(s_full, Parse(Full));

    [Fact]
    public void Hairpin_is_read() =>
        AssertEqual(s_defaults with { PortSettings = PortSettings.Hairpin }, Parse("""{"hairpinMode":true}"""));

    [Fact]
    public void A_default_gateway_is_a_gateway() =>
        AssertEqual(s_defaults with { IsGateway = true, IsDefaultGateway = true },
            Parse("""{"isGateway":false,"isDefaultGateway":true}"""));

    // containerd sends runtimeConfig's parts with capital letters; Go's decoder takes any case.
    [Fact]
    public void Keys_match_without_case()
    {
        var upper = new JsonObject();
        foreach (var (key, value) in JsonNode.Parse(Full)!.AsObject())
            upper[key.ToUpperInvariant()] = value!.DeepClone();
        AssertEqual(s_full, Parse(upper.ToJsonString()));
        AssertEqual(s_full, Parse(Full.Replace("\"mtu\"", "\"Mtu\"", StringComparison.Ordinal)
            .Replace("\"isGateway\"", "\"IsGateway\"", StringComparison.Ordinal)
            .Replace("\"type\": \"host-local\"", "\"Type\": \"host-local\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_last_of_two_equal_keys_counts()
    {
        Assert.Equal(2000, Parse("""{"mtu":1000,"MTU":2000}""").Mtu);
        Assert.Equal(1000, Parse("""{"MTU":2000,"mtu":1000}""").Mtu);
        Assert.Equal("b", Parse("""{"bridge":"a","bridge":"b"}""").Bridge);
    }

    public static TheoryData<string> Keys => [.. BridgeKeys.All.Select(key => key.Name), "ipam", "prevResult"];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Null_leaves_the_default(string key) => AssertEqual(s_defaults, Parse($$"""{"{{key}}":null}"""));

    [Theory]
    [InlineData("""{"unknown":true,"cni.dev/future":{"mtu":5},"type":5,"capabilities":{"mac":true}}""")]
    [InlineData("""{"args":{"other":{"mac":5},"cni":{"labels":[{"key":"a"}]}},"runtimeConfig":{"portMappings":[{"HostPort":80}]}}""")]
    [InlineData("""{"ipam":{},"dns":{},"args":{"cni":null},"runtimeConfig":{"mac":null,"ips":null,"ipRanges":null}}""")]
    [InlineData("""{"ipam":{"type":""},"dns":{"domain":""}}""")]
    [InlineData("""{"ipam":{"type":null,"unknown":1},"isGateway":false,"mtu":0,"vlan":0,"portIsolation":false}""")]
    public void Unknown_keys_and_empty_objects_leave_the_defaults(string config) => AssertEqual(s_defaults, Parse(config));

    [Theory]
    [InlineData("ipMasq", "false")]
    [InlineData("isMasq", "false")]
    [InlineData("ipMasqBackend", "\"\"")]
    [InlineData("vlan", "0")]
    [InlineData("vlanTrunk", "null")]
    [InlineData("preserveDefaultVlan", "false")]
    [InlineData("macspoofchk", "false")]
    [InlineData("portIsolation", "false")]
    [InlineData("disableContainerInterface", "false")]
    [InlineData("ipam", "{\"type\":\"\"}")]
    [InlineData("ipam", "{}")]
    public void A_value_without_an_effect_is_accepted(string key, string value) =>
        AssertEqual(s_defaults, Parse($$"""{"{{key}}":{{value}}}"""));

    // A backend without masquerading has no effect, because the Go plugin reads it only with masquerading.
    [Theory]
    [InlineData("""{"ipMasqBackend":"nftables"}""")]
    [InlineData("""{"ipMasq":false,"ipMasqBackend":"nftables"}""")]
    [InlineData("""{"ipMasq":false,"isMasq":false,"ipMasqBackend":"ufw"}""")]
    [InlineData("""{"ipMasqBackend":"ufw"}""")]
    // Without addresses, masquerading has no effect either.
    [InlineData("""{"ipMasq":true}""")]
    [InlineData("""{"isMasq":true,"ipam":{"type":""}}""")]
    public void Masquerading_options_without_an_effect_are_accepted(string config) =>
        AssertEqual(s_defaults, Parse(config));

    public static TheoryData<string, string> WrongTypes
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var key in (string[])["bridge", "ipMasqBackend"])
                AddAll(key, "5", "true", "[]", "{}");
            foreach (var key in BridgeKeys.All.Where(key => key.Type == KeyType.Boolean).Select(key => key.Name))
                AddAll(key, "\"true\"", "1", "[]", "{}");
            foreach (var key in (string[])["mtu", "vlan"])
                AddAll(key, "\"1500\"", "1500.0", "1500.5", "1e3", "true", "[]", "{}", "99999999999", "\"\\ud800\"");
            AddAll("mtu", "\"AUTO\"", "\"Auto\"", "\" auto\"", "\"\"");
            AddAll("vlan", "\"auto\"");
            AddAll("nonMasqueradeCIDRs", "5", "\"10.0.0.0/8\"", "true", "{}", "[5]", "[[]]");
            AddAll("vlanTrunk", "5", "\"x\"", "true", "{}", "[5]", "[\"x\"]", "[[]]");
            foreach (var key in (string[])["ipam", "dns", "args", "runtimeConfig"])
                AddAll(key, "5", "\"x\"", "true", "[]");
            return rows;

            void AddAll(string key, params ReadOnlySpan<string> values)
            {
                foreach (var value in values)
                    rows.Add($$"""{"{{key}}":{{value}}}""", key);
            }
        }
    }

    [Theory]
    [MemberData(nameof(WrongTypes))]
    [InlineData("""{"ipam":{"type":5}}""", "ipam.type")]
    [InlineData("""{"vlanTrunk":[{},{"id":"5"}]}""", "vlanTrunk[1].id")]
    [InlineData("""{"vlanTrunk":[{"minID":true}]}""", "vlanTrunk[0].minID")]
    [InlineData("""{"vlanTrunk":[{"maxID":1.5}]}""", "vlanTrunk[0].maxID")]
    [InlineData("""{"dns":{"nameservers":"x"}}""", "dns.nameservers")]
    [InlineData("""{"dns":{"nameservers":[5]}}""", "dns.nameservers[0]")]
    [InlineData("""{"dns":{"domain":[]}}""", "dns.domain")]
    [InlineData("""{"dns":{"search":{}}}""", "dns.search")]
    [InlineData("""{"dns":{"options":["a",true]}}""", "dns.options[1]")]
    [InlineData("""{"args":{"cni":[]}}""", "args.cni")]
    [InlineData("""{"args":{"cni":{"mac":5}}}""", "args.cni.mac")]
    [InlineData("""{"runtimeConfig":{"mac":{}}}""", "runtimeConfig.mac")]
    public void A_value_of_the_wrong_type_is_a_decoding_failure_that_names_the_key(string config, string key) =>
        Requests.AssertRefused(CniErrorCode.DecodingFailure, () => Parse(config), "error unmarshall network config: key ", key);
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.PortMap;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>Tests of the portmap configuration: its meaning, and the error for each wrong value.</summary>
public sealed class PortMapConfigTests
{
    static PortMapConfig Parse(string keys) => PortMapConfig.Parse(Requests.Make($"{{\"name\":\"pods\",{keys}}}"));

    internal static PortMapConfig ParseMappings(string mappings, string keys = "\"type\":\"portmap\"") =>
        Parse($"{keys},\"runtimeConfig\":{{\"portMappings\":[{mappings}]}}");

    static string Describe(PortMapConfig config) =>
        string.Join("; ", config.Mappings.Select(mapping => $"{mapping} to {mapping.ContainerPort}, {Families(mapping)}"));

    static string Families(PortMapping mapping) =>
        (mapping.Serves(AddressFamily.IPv4) ? "v4" : "") + (mapping.Serves(AddressFamily.IPv6) ? "v6" : "");

    [Theory]
    [InlineData("""{"hostPort":8080,"containerPort":80,"protocol":"tcp"}""", "host port 8080/tcp of any address to 80, v4v6")]
    [InlineData("""{"HostPort":8080,"ContainerPort":80,"Protocol":"TCP","HostIP":""}""", "host port 8080/tcp of any address to 80, v4v6")]
    [InlineData("""{"HOSTPORT":1,"containerport":65535,"Protocol":"Sctp"}""", "host port 1/sctp of any address to 65535, v4v6")]
    [InlineData("""{"hostPort":65535,"containerPort":1,"protocol":""}""", "host port 65535/tcp of any address to 1, v4v6")]
    [InlineData("""{"hostPort":53,"containerPort":53,"hostIP":null}""", "host port 53/tcp of any address to 53, v4v6")]
    [InlineData("""{"hostPort":53,"containerPort":53,"protocol":"udp","hostIP":"0.0.0.0"}""", "host port 53/udp of any address to 53, v4")]
    [InlineData("""{"hostPort":53,"containerPort":53,"protocol":"udp","hostIP":"::"}""", "host port 53/udp of any address to 53, v6")]
    [InlineData("""{"hostPort":53,"containerPort":53,"hostIP":"192.0.2.1"}""", "host port 53/tcp of 192.0.2.1 to 53, v4")]
    [InlineData("""{"hostPort":53,"containerPort":53,"hostIP":"::ffff:192.0.2.1"}""", "host port 53/tcp of 192.0.2.1 to 53, v4")]
    [InlineData("""{"hostPort":53,"containerPort":53,"hostIP":"FD00:0::1"}""", "host port 53/tcp of fd00::1 to 53, v6")]
    [InlineData("", "")]
    public void A_mapping_is_read(string mapping, string meaning) => Assert.Equal(meaning, Describe(ParseMappings(mapping)));

    [Theory]
    [InlineData("hostPort", "null")]
    [InlineData("hostPort", "0")]
    [InlineData("hostPort", "-1")]
    [InlineData("hostPort", "65536")]
    [InlineData("containerPort", "null")]
    [InlineData("containerPort", "0")]
    [InlineData("containerPort", "65536")]
    [InlineData("containerPort", "-80")]
    [InlineData("protocol", "\"icmp\"")]
    [InlineData("protocol", "\"tcp,udp\"")]
    [InlineData("protocol", "\"tcp \"")]
    [InlineData("protocol", "\"6\"")]
    [InlineData("hostIP", "\"localhost\"")]
    [InlineData("hostIP", "\"192.0.2.1/24\"")]
    [InlineData("hostIP", "\"192.0.2\"")]
    [InlineData("hostIP", "\"[::1]\"")]
    [InlineData("hostIP", "\"fe80::1%eth0\"")]
    [InlineData("hostIP", "\" \"")]
    public void The_error_for_an_invalid_value_names_the_key(string key, string value)
    {
        const string good = """{"hostPort":1,"containerPort":80}""";
        var others = new Dictionary<string, string> { ["hostPort"] = "8080", ["containerPort"] = "80", [key] = value };
        var bad = string.Join(',', others.Select(pair => $"\"{pair.Key}\":{pair.Value}"));
        Requests.AssertRefused(7, () => ParseMappings($"{good},{{{bad}}}"),
            $"runtimeConfig.portMappings[1].{key} = {(key == "protocol" ? value : value.Trim('"'))}");
    }

    [Theory]
    [InlineData("""{"hostPort":"8080"}""", "runtimeConfig.portMappings[0].hostPort")]
    [InlineData("""{"hostPort":80.5}""", "runtimeConfig.portMappings[0].hostPort")]
    [InlineData("""{"containerPort":true}""", "runtimeConfig.portMappings[0].containerPort")]
    [InlineData("""{"protocol":6}""", "runtimeConfig.portMappings[0].protocol")]
    [InlineData("""{"hostIP":5}""", "runtimeConfig.portMappings[0].hostIP")]
    [InlineData("5", "runtimeConfig.portMappings[0]")]
    [InlineData("[]", "runtimeConfig.portMappings[0]")]
    public void The_error_for_a_wrong_type_names_the_key(string mapping, string key) =>
        Requests.AssertRefused(6, () => ParseMappings(mapping), key);

    [Fact]
    public void A_null_mapping_is_refused() =>
        Requests.AssertRefused(7, () => ParseMappings("null"), "runtimeConfig.portMappings[0]");

    static string Mapping(string? hostIp, string protocol = "tcp", int containerPort = 80) =>
        $$"""{"hostPort":8080,"containerPort":{{containerPort}},"protocol":"{{protocol}}","hostIP":"{{hostIp}}"}""";

    [Theory]
    [InlineData(null, null)]
    [InlineData(null, "0.0.0.0")]
    [InlineData(null, "::")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    [InlineData("::ffff:0.0.0.0", "0.0.0.0")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("fd00::1", "fd00:0:0::1")]
    public void One_port_with_two_targets_is_refused(string? one, string? other)
    {
        Requests.AssertRefused(7, () => ParseMappings($"{Mapping(one)},{Mapping(other, containerPort: 81)}"),
            "runtimeConfig.portMappings[1].hostPort = 8080", "container port 81 here and 80 in runtimeConfig.portMappings[0]");
        Requests.AssertRefused(7, () => ParseMappings($"{Mapping(other, containerPort: 81)},{Mapping("192.0.2.9")},{Mapping(one)}"),
            "runtimeConfig.portMappings[2].hostPort = 8080", "container port 80 here and 81 in runtimeConfig.portMappings[0]");
        Assert.Equal(2, ParseMappings($"{Mapping(one)},{Mapping(other, "udp", 81)}").Mappings.Count);
    }

    [Theory]
    [InlineData(null, null, "any address to 80, v4v6")]
    [InlineData(null, "0.0.0.0", "any address to 80, v4v6")]
    [InlineData(null, "::", "any address to 80, v4v6")]
    [InlineData("::", null, "any address to 80, v6; any address to 80, v4")]
    [InlineData("0.0.0.0", null, "any address to 80, v4; any address to 80, v6")]
    [InlineData("::ffff:0.0.0.0", null, "any address to 80, v4; any address to 80, v6")]
    [InlineData("0.0.0.0", "::", "any address to 80, v4; any address to 80, v6")]
    [InlineData("::", "::", "any address to 80, v6")]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1 to 80, v4")]
    [InlineData("fd00::1", "fd00:0:0::1", "fd00::1 to 80, v6")]
    [InlineData("192.0.2.1", "192.0.2.2", "192.0.2.1 to 80, v4; 192.0.2.2 to 80, v4")]
    // A mapping with an address wins over one for any address.
    [InlineData(null, "192.0.2.1", "any address to 80, v4v6; 192.0.2.1 to 80, v4")]
    [InlineData("192.0.2.1", "0.0.0.0", "192.0.2.1 to 80, v4; any address to 80, v4")]
    public void One_port_with_one_target_is_one_mapping_in_each_family(string? one, string? other, string meaning)
    {
        var expected = string.Join("; ", meaning.Split("; ").Select(part => $"host port 8080/tcp of {part}"));
        Assert.Equal(expected, Describe(ParseMappings($"{Mapping(one)},{Mapping(other)}")));
        Assert.Equal(expected, Describe(ParseMappings($"{Mapping(one)},{Mapping(other)},{Mapping(one)},{Mapping(other)}")));
    }

    [Theory]
    [InlineData("\"type\":\"portmap\"", true, false)]
    [InlineData("\"snat\":null", true, false)]
    [InlineData("\"snat\":true,\"masqAll\":true", true, true)]
    [InlineData("\"SNAT\":false", false, false)]
    [InlineData("\"snat\":false,\"MasqAll\":true", false, false)]
    [InlineData("\"backend\":\"iptables\"", true, false)]
    [InlineData("\"backend\":\"nftables\",\"markMasqBit\":0", true, false)]
    [InlineData("\"backend\":null,\"markMasqBit\":31", true, false)]
    [InlineData("\"markMasqBit\":13,\"externalSetMarkChain\":\"\"", true, false)]
    [InlineData("\"conditionsV4\":[],\"conditionsV6\":null,\"externalSetMarkChain\":null", true, false)]
    [InlineData("\"runtimeConfig\":null", true, false)]
    [InlineData("\"runtimeConfig\":{\"portMappings\":null,\"mac\":5}", true, false)]
    public void The_keys_of_portmap_are_read(string keys, bool masquerades, bool masqueradesAll)
    {
        var config = Parse(keys);
        Assert.Equal((masquerades, masqueradesAll), (config.Masquerades, config.MasqueradesAll));
        Assert.Empty(config.Mappings);
    }

    [Theory]
    [InlineData("\"backend\":\"ufw\"", 7, "backend = \"ufw\": unrecognized backend \"ufw\"")]
    [InlineData("\"backend\":\"\"", 7, "unrecognized backend \"\"")]
    [InlineData("\"backend\":\"IPTABLES\"", 7, "unrecognized backend \"IPTABLES\"")]
    [InlineData("\"markMasqBit\":-1", 7, "markMasqBit = -1: MasqMarkBit must be between 0 and 31")]
    [InlineData("\"markMasqBit\":32", 7, "MasqMarkBit must be between 0 and 31")]
    [InlineData("\"markMasqBit\":5,\"externalSetMarkChain\":\"KUBE-MARK-MASQ\"", 7, "Cannot specify externalSetMarkChain and markMasqBit")]
    [InlineData("\"externalSetMarkChain\":\"KUBE-MARK-MASQ\"", 2, "unsupported field: externalSetMarkChain = KUBE-MARK-MASQ")]
    [InlineData("\"conditionsV4\":[\"!\",\"-s\",\"10.0.0.0/8\"]", 2, "unsupported field: conditionsV4 = ! -s 10.0.0.0/8")]
    [InlineData("\"conditionsV6\":[\"-i\"]", 2, "unsupported field: conditionsV6 = -i")]
    [InlineData("\"snat\":\"yes\"", 6, "snat")]
    [InlineData("\"masqAll\":1", 6, "masqAll")]
    [InlineData("\"markMasqBit\":\"13\"", 6, "markMasqBit")]
    [InlineData("\"backend\":5", 6, "backend")]
    [InlineData("\"externalSetMarkChain\":[]", 6, "externalSetMarkChain")]
    [InlineData("\"conditionsV4\":\"-s\"", 6, "conditionsV4")]
    [InlineData("\"conditionsV6\":[5]", 6, "conditionsV6[0]")]
    [InlineData("\"runtimeConfig\":[]", 6, "runtimeConfig")]
    [InlineData("\"runtimeConfig\":{\"portMappings\":{}}", 6, "runtimeConfig.portMappings")]
    public void Wrong_keys_are_refused(string keys, int code, string words) =>
        Requests.AssertRefused(code, () => Parse(keys), words);

    [Theory]
    [InlineData(null, true)]
    [InlineData("0.0.0.0", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("192.0.2.1", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("7f00::1", false)]
    public void Ports_on_127_0_0_1_are_distinguished_from_others(string? hostIp, bool serves) => Assert.Equal(serves,
        ParseMappings($$"""{"hostPort":1,"containerPort":2,"hostIP":"{{hostIp}}"}""").Mappings[0].ServesLocalhost);
}

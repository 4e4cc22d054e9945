using System.Text.Json;
using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Ipam;

/// <summary>Tests of host-local as a separate plugin, as other main plugins call it.</summary>
public sealed class HostLocalRoleTests
{
    const string BothFamilies = """{"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}""";

    const string Directory = "/var/lib/cni/networks/podnet";

    [Fact]
    public void The_files_equal_those_of_the_Go_plugin()
    {
        using var node = NewNode();

        Call(node, "ADD").Succeed();

        Assert.Equal("container-pod\r\neth0", Read(node, "10.88.0.2"));
        Assert.Equal("container-pod\r\neth0", Read(node, "fd00:88::2"));
        Assert.Equal("10.88.0.2", Read(node, "last_reserved_ip.0"));
        Assert.Equal("fd00:88::2", Read(node, "last_reserved_ip.1"));
        Assert.Equal("", Read(node, "lock"));
        Assert.Equal(
            ["10.88.0.2 600", "fd00:88::2 600", "last_reserved_ip.0 600", "last_reserved_ip.1 600", "lock 750"],
            node.Run("find", Directory, "-type", "f", "-printf", "%f %m\\n").Stdout
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ADD_CHECK_and_DEL_do_not_open_the_namespace()
    {
        using var node = NewNode();
        var added = Call(node, "ADD").With("CNI_NETNS", "/some/where").Succeed();

        AssertResult(added.Json, ["10.88.0.2/24", "fd00:88::2/64"], ["10.88.0.1", "fd00:88::1"]);
        Assert.Empty(Call(node, "CHECK").With("CNI_NETNS", "/some/where").WithPrevious(added).Succeed().Stdout);
        Assert.Empty(Call(node, "DEL").With("CNI_NETNS", null).Succeed().Stdout);
        Call(node, "CHECK").Fail(999, "container-pod");
        Assert.Empty(node.Reservations());
    }

    [Theory]
    [InlineData("10.88.0.0/29", 2, 3, 4, 5, 6, 2, 3, 4)]
    [InlineData("fd00:88::/125", 2, 3, 4, 5, 6, 7, 2, 3)]
    public void A_released_address_is_assigned_last(string subnet, params int[] expected)
    {
        using var node = NewNode();
        var call = Call(node, "ADD", $$"""{"subnet": "{{subnet}}"}""");
        var given = new List<string>();
        foreach (var number in Enumerable.Range(1, 8))
        {
            var result = call.With("CNI_CONTAINERID", $"c{number}").Succeed().Json;
            given.Add(result.GetProperty("ips")[0].GetProperty("address").GetString()!);
            call.With("CNI_CONTAINERID", $"c{number}").With("CNI_COMMAND", "DEL").Succeed();
        }

        var (network, length) = (subnet[..subnet.IndexOf('/', StringComparison.Ordinal)], subnet.Split('/')[1]);
        var prefix = PodNetwork.IsIpv6(subnet) ? network : network[..^1];
        Assert.Equal(expected.Select(number => $"{prefix}{number}/{length}"), given);
    }

    [Fact]
    public void Requested_addresses_from_three_sources_are_combined()
    {
        using var node = NewNode();
        var call = Call(node, "ADD", """
            {"ranges": [[{"subnet": "10.88.0.0/24"}], [{"subnet": "10.89.0.0/24"}], [{"subnet": "fd00:88::/64"}]]}
            """, """
            {"args": {"cni": {"ips": ["10.89.0.88/24"]}}, "runtimeConfig": {"ips": ["fd00:88::77"]}}
            """);

        var result = call.With("CNI_ARGS", "IP=10.88.0.99;IgnoreUnknown=true;K8S_POD_NAME=pod").Succeed().Json;

        AssertResult(
            result, ["10.88.0.99/24", "10.89.0.88/24", "fd00:88::77/64"], ["10.88.0.1", "10.89.0.1", "fd00:88::1"]);
    }

    [Fact]
    public void Ranges_of_the_runtime_precede_the_configured_ones()
    {
        using var node = NewNode();
        var call = Call(
            node, "ADD", """{"subnet": "10.88.0.0/24"}""",
            """
            {"runtimeConfig": {"ipRanges": [
                [{"subnet": "10.90.0.0/24", "rangeStart": "10.90.0.50"}],
                [{"subnet": "fd00:90::/64", "rangeStart": "fd00:90::50"}]]}}
            """);

        AssertResult(
            call.Succeed().Json,
            ["10.90.0.50/24", "fd00:90::50/64", "10.88.0.2/24"], ["10.90.0.1", "fd00:90::1", "10.88.0.1"]);
        Assert.Equal("10.90.0.50", Read(node, "last_reserved_ip.0"));
        Assert.Equal("fd00:90::50", Read(node, "last_reserved_ip.1"));
    }

    [Theory]
    [InlineData("10.88.0.0/24", "10.88.0.", 10, 11, 12)]
    [InlineData("fd00:88::/64", "fd00:88::", 10, 11, 12)]
    [InlineData("fd00:88::/64", "fd00:88::ffff:ffff:ffff:fff", 7, 8, 9)]
    public void Gateways_and_addresses_outside_the_bounds_are_not_assigned(string subnet, string prefix, int first, int gateway, int last)
    {
        using var node = NewNode();
        var call = Call(node, "ADD", $$"""
            {
              "subnet": "{{subnet}}", "rangeStart": "{{prefix}}{{first}}", "rangeEnd": "{{prefix}}{{last}}",
              "gateway": "{{prefix}}{{gateway}}"
            }
            """);
        var length = subnet[subnet.IndexOf('/', StringComparison.Ordinal)..];

        var given = call.Succeed().Json;
        AssertResult(given, [$"{prefix}{first}{length}"], [$"{prefix}{gateway}"]);
        AssertResult(
            call.With("CNI_CONTAINERID", "second").Succeed().Json, [$"{prefix}{last}{length}"], [$"{prefix}{gateway}"]);
        call.With("CNI_CONTAINERID", "third").Fail(999, "no IP addresses available");
    }

    [Theory]
    [InlineData("10.88.0.0/30", "10.88.0.")]
    [InlineData("fd00:88::/126", "fd00:88::")]
    public void An_empty_file_of_a_Go_crash_blocks_its_address_only_while_others_are_free(
        string subnet, string prefix)
    {
        using var node = NewNode();
        node.WriteFile($"{Directory}/{prefix}1", "");
        var call = Call(node, "ADD", $$"""{"subnet": "{{subnet}}", "gateway": "{{prefix}}3"}""");
        var length = subnet[subnet.IndexOf('/', StringComparison.Ordinal)..];

        AssertResult(call.Succeed().Json, [$"{prefix}2{length}"], [$"{prefix}3"]);
        AssertResult(call.With("CNI_CONTAINERID", "second").Succeed().Json, [$"{prefix}1{length}"], [$"{prefix}3"]);
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("10.88.0.200\n")]
    [InlineData("")]
    [InlineData("10.99.0.7")]
    [InlineData("fd00:88::7")]
    public void An_invalid_marker_starts_the_search_at_the_first_address(string mark)
    {
        using var node = NewNode();
        node.WriteFile($"{Directory}/last_reserved_ip.0", mark);

        var result = Call(node, "ADD", """{"subnet": "10.88.0.0/24"}""").Succeed().Json;

        AssertResult(result, ["10.88.0.2/24"], ["10.88.0.1"]);
        Assert.Equal("10.88.0.2", Read(node, "last_reserved_ip.0"));
    }

    [Theory]
    [InlineData("no address", "fd00:88::2")]
    [InlineData("10.88.0.200", "fd00:88::2")]
    [InlineData("fd00:99::7", "fd00:88::2")]
    [InlineData("fd00:88::200", "fd00:88::201")]
    [InlineData("fd00:88::ffff", "fd00:88::1:0")]
    [InlineData("fd00:88::ffff:ffff:ffff:ffff", "fd00:88::2")]
    public void The_search_in_an_IPv6_range_starts_at_the_marker(string mark, string next)
    {
        using var node = NewNode();
        node.WriteFile($"{Directory}/last_reserved_ip.0", mark);

        AssertResult(Call(node, "ADD", """{"subnet": "fd00:88::/64"}""").Succeed().Json, [$"{next}/64"], ["fd00:88::1"]);
        Assert.Equal(next, Read(node, "last_reserved_ip.0"));
    }

    [Theory]
    [InlineData("FD00:0088::/64", "fd00:88:0:0:0:0:0:0a0B", "fd00:88::a0b")]
    [InlineData("fd00:88:0:1::/64", "fd00:88:0:1:0:0:0:2", "fd00:88:0:1::2")]
    [InlineData("fd00:0:0:1::/64", "fd00::1:0:0:0:a", "fd00:0:0:1::a")]
    [InlineData("fd00:88::/64", "fd00:88::1:0:0:1", "fd00:88::1:0:0:1")]
    [InlineData("fd00:88::/64", "fd00:88::10.0.0.5", "fd00:88::a00:5")]
    public void IPv6_addresses_are_written_in_canonical_form(string subnet, string requested, string expected)
    {
        using var node = NewNode();
        var call = Call(node, "ADD", $$"""{"subnet": "{{subnet}}"}""").With("CNI_ARGS", $"IP={requested}");

        var result = call.Succeed().Json;

        Assert.Equal($"{expected}/64", result.GetProperty("ips")[0].GetProperty("address").GetString());
        Assert.Equal([expected], node.Reservations());
        Assert.Equal(expected, Read(node, "last_reserved_ip.0"));
        call.With("CNI_CONTAINERID", "second").Fail(999, "not available");
        call.With("CNI_COMMAND", "DEL").Succeed();
        Assert.Empty(node.Reservations());
    }

    [Fact]
    public void DNS_comes_from_the_file_and_routes_from_the_configuration()
    {
        using var node = NewNode();
        node.WriteFile("/run/node/resolv.conf", """
            # a comment
            nameserver 192.0.2.53
            nameserver 2001:db8::53
            domain old.example
            domain new.example
            search a.example b.example
            options ndots:5 edns0
            unknown word
            """);
        var call = Call(node, "ADD", """
            {
              "subnet": "10.88.0.0/24", "resolvConf": "/run/node/resolv.conf",
              "routes": [{"dst": "0.0.0.0/0"}, {"dst": "192.0.2.0/24", "gw": "10.88.0.7", "mtu": 1400, "scope": 0}]
            }
            """);

        var result = call.Succeed().Json;

        var dns = result.GetProperty("dns");
        Assert.Equal(["192.0.2.53", "2001:db8::53"], Texts(dns, "nameservers"));
        Assert.Equal("new.example", dns.GetProperty("domain").GetString());
        Assert.Equal(["a.example", "b.example"], Texts(dns, "search"));
        Assert.Equal(["ndots:5", "edns0"], Texts(dns, "options"));
        var routes = result.GetProperty("routes");
        Assert.Equal("""{"dst":"0.0.0.0/0"}""", JsonSerializer.Serialize(routes[0]));
        Assert.Equal(
            """{"dst":"192.0.2.0/24","gw":"10.88.0.7","mtu":1400,"scope":0}""", JsonSerializer.Serialize(routes[1]));
    }

    [Theory]
    [InlineData("0.1.0")]
    [InlineData("0.2.0")]
    public void Results_of_the_oldest_versions_have_one_address_per_family(string version)
    {
        using var node = NewNode();
        var result = Call(node, "ADD", otherKeys: $$"""{"cniVersion": "{{version}}"}""").Succeed().Json;

        Assert.Equal("10.88.0.2/24", result.GetProperty("ip4").GetProperty("ip").GetString());
        Assert.Equal("fd00:88::1", result.GetProperty("ip6").GetProperty("gateway").GetString());
        const string tooMany = """{"ranges": [[{"subnet": "10.1.0.0/24"}], [{"subnet": "10.2.0.0/24"}]]}""";
        Call(node, "ADD", tooMany, $$"""{"cniVersion": "{{version}}"}""")
            .With("CNI_CONTAINERID", "second").Fail(7, "more than 1 address per family");
    }

    static void AssertResult(JsonElement result, string[] addresses, string[] gateways)
    {
        var ips = result.GetProperty("ips").EnumerateArray().ToList();
        Assert.Equal(addresses, ips.Select(ip => ip.GetProperty("address").GetString()));
        Assert.Equal(gateways, ips.Select(ip => ip.GetProperty("gateway").GetString()));
        Assert.All(ips, ip => Assert.False(ip.TryGetProperty("interface", out _)));
        Assert.False(result.TryGetProperty("interfaces", out _));
    }

    static string Read(ScratchNode node, string name) => File.ReadAllText(node.FromOutside($"{Directory}/{name}"));

    static IEnumerable<string?> Texts(JsonElement item, string key) =>
        item.GetProperty(key).EnumerateArray().Select(text => text.GetString());

    static RawCall Call(ScratchNode node, string verb, string ipam = BothFamilies, string otherKeys = "{}") =>
        RawCall.Of(node, verb, Configurations.WithIpam(ipam, otherKeys)) with { Plugin = "host-local" };

    static ScratchNode NewNode()
    {
        Requirement.Node();
        return new ScratchNode();
    }
}

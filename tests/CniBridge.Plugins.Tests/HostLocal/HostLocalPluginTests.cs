using System.Text.Json.Nodes;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of host-local from environment and standard input to files and output. It never opens the namespace.</summary>
public sealed class HostLocalPluginTests : IDisposable
{
    readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    string Config(string ipam, string more = "", string version = "1.1.0", string name = "pods") => $$"""
        {
          "cniVersion": "{{version}}", "name": "{{name}}", {{more}}
          "ipam": {"type": "host-local", "dataDir": "{{_root["data"]}}", "stateDir": "{{_root["state"]}}", {{ipam}}}
        }
        """;

    static Answer Run(string verb, string config, string id = "dummy", string interfaceName = "eth0") => Call.Run(new HostLocalPlugin(),
        Call.Variables(verb, ("CNI_CONTAINERID", id), ("CNI_IFNAME", interfaceName)), config);

    static Answer Succeed(string verb, string config, string id = "dummy", string interfaceName = "eth0")
    {
        var answer = Run(verb, config, id, interfaceName);
        Assert.True(answer.ExitCode == 0, answer.Text);
        return answer;
    }

    static string Ip(Answer answer) => answer.Json["ips"]![0]!["address"]!.GetValue<string>();

    string[] Reservations(string name = "pods") => [.. Directory.EnumerateFiles(_root["data/" + name])
        .Select(path => Path.GetFileName(path)!)
        .Where(file => file != "lock" && !file.StartsWith("last", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    const string Simple = "\"subnet\": \"10.1.2.0/24\"";

    public static TheoryData<string> Versions => [.. CniVersion.Supported];

    [Theory]
    [MemberData(nameof(Versions))]
    public void ADD_reserves_and_DEL_releases_an_address_in_every_version(string version)
    {
        File.WriteAllText(_root["resolv.conf"], "nameserver 192.0.2.3\n");
        var config = Config($$"""
            "resolvConf": "{{_root["resolv.conf"]}}",
            "ranges": [[{"subnet": "10.1.2.0/24"}, {"subnet": "10.2.2.0/24"}], [{"subnet": "2001:db8:1::0/64"}]],
            "routes": [{"dst": "0.0.0.0/0"}, {"dst": "192.168.0.0/16", "gw": "1.1.1.1"}, {"dst": "2001:db8:2::0/64", "gw": "2001:db8:3::1"}]
            """, version: version);
        var answer = Succeed("ADD", config);
        var expected = new JsonObject { ["cniVersion"] = version, ["dns"] = JsonNode.Parse("""{"nameservers":["192.0.2.3"]}""") };
        if (!CniVersion.HasInterfaces(version))
        {
            expected["ip4"] = JsonNode.Parse("""
                {"ip":"10.1.2.2/24","gateway":"10.1.2.1","routes":[{"dst":"0.0.0.0/0"},{"dst":"192.168.0.0/16","gw":"1.1.1.1"}]}
                """);
            expected["ip6"] = JsonNode.Parse("""
                {"ip":"2001:db8:1::2/64","gateway":"2001:db8:1::1","routes":[{"dst":"2001:db8:2::/64","gw":"2001:db8:3::1"}]}
                """);
        }
        else
        {
            expected["ips"] = JsonNode.Parse(CniVersion.IsAtLeast(version, "1.0.0")
                ? """
                [{"address":"10.1.2.2/24","gateway":"10.1.2.1"},{"address":"2001:db8:1::2/64","gateway":"2001:db8:1::1"}]
                """
                : """
                [{"version":"4","address":"10.1.2.2/24","gateway":"10.1.2.1"},
                 {"version":"6","address":"2001:db8:1::2/64","gateway":"2001:db8:1::1"}]
                """);
            expected["routes"] = JsonNode.Parse("""
                [{"dst":"0.0.0.0/0"},{"dst":"192.168.0.0/16","gw":"1.1.1.1"},{"dst":"2001:db8:2::/64","gw":"2001:db8:3::1"}]
                """);
        }
        ExpectedResults.AssertEqual(expected, answer.Output);
        Assert.Equal("", answer.Log);
        Assert.Equal(["10.1.2.2", "2001:db8:1::2"], Reservations());
        Assert.Equal("10.1.2.2", File.ReadAllText(_root["data/pods/last_reserved_ip.0"]));
        Assert.Equal("2001:db8:1::2", File.ReadAllText(_root["data/pods/last_reserved_ip.1"]));
        Succeed("DEL", config).AssertSilentSuccess();
        Assert.Empty(Reservations());
    }

    [Fact]
    public void Two_networks_have_two_directories()
    {
        var (one, two) = (Config(Simple, name: "one"), Config("\"subnet\": \"10.9.9.0/24\"", name: "two"));
        Assert.Equal("10.1.2.2/24", Ip(Succeed("ADD", one)));
        Assert.Equal("10.9.9.2/24", Ip(Succeed("ADD", two, interfaceName: "eth1")));
        Succeed("DEL", one);
        Assert.Empty(Reservations("one"));
        Assert.Equal(["10.9.9.2"], Reservations("two"));
        Succeed("DEL", two, interfaceName: "eth1");
        Assert.Empty(Reservations("two"));
    }

    [Fact]
    public void A_second_ADD_of_an_attachment_is_refused_and_keeps_its_address()
    {
        var config = Config(Simple);
        Succeed("ADD", config);
        Assert.Equal("10.1.2.3/24", Ip(Succeed("ADD", config, "dummy1")));
        Assert.Contains("10.1.2.2 has been allocated to dummy, duplicate allocation is not allowed",
            Run("ADD", config).Message, StringComparison.Ordinal);
        Succeed("CHECK", config);
        Succeed("DEL", config);
        Assert.Equal(["10.1.2.3"], Reservations());
    }

    // A repeated request of the same pair must not remove its addresses.
    [Fact]
    public void A_second_ADD_that_fails_in_its_second_set_releases_nothing_of_the_first_ADD()
    {
        Succeed("ADD", Config(Simple));
        Run("ADD", Config("\"ranges\": [[{\"subnet\": \"10.7.0.0/24\"}], [{\"subnet\": \"10.1.2.0/24\"}]]")).AssertIsError();
        Assert.Equal(["10.1.2.2"], Reservations());
    }

    [Theory]
    [InlineData("dummy", 0)]
    [InlineData("dummy\n", 0)]
    [InlineData("dummy\r\neth0", 0)]
    [InlineData("dummy\neth0", 1)]
    [InlineData("dummy\r\neth1", 1)]
    [InlineData("other", 1)]
    public void DEL_deletes_only_files_of_the_attachment(string content, int left)
    {
        var config = Config(Simple);
        Succeed("ADD", config);
        File.WriteAllText(_root["data/pods/10.1.2.2"], content);
        Succeed("DEL", config).AssertSilentSuccess();
        Assert.Equal(left, Reservations().Length);
    }

    [Fact]
    public void DEL_releases_the_address_with_a_changed_configuration()
    {
        string[] changed =
            ["\"subnet\": \"172.16.0.0/16\"", "\"subnet\": \"garbage\"", "\"ranges\": 5", "\"routes\": [5]", "\"x\": 1"];
        foreach (var ipam in changed)
        {
            Succeed("ADD", Config(Simple));
            Succeed("DEL", Config(ipam)).AssertSilentSuccess();
            Assert.Empty(Reservations());
        }
    }

    [Fact]
    public void DEL_without_an_ADD_succeeds_and_creates_nothing()
    {
        for (var i = 0; i < 2; i++)
            Succeed("DEL", Config(Simple)).AssertSilentSuccess();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
    }

    [Fact]
    public void CHECK_reports_a_missing_reservation()
    {
        var config = Config(Simple);
        Run("CHECK", config).AssertError(999, "host-local: Failed to find address added by container dummy");
        Succeed("ADD", config);
        Succeed("CHECK", config).AssertSilentSuccess();
        Run("CHECK", config, interfaceName: "eth1").AssertError(999, "host-local: Failed to find address added by container dummy");
    }

    [Theory]
    [InlineData("\"args\": {\"cni\": {\"ips\": [\"10.1.2.88\"]}},", "10.1.2.88/24")]
    [InlineData("\"runtimeConfig\": {\"Ips\": [\"10.1.2.77/16\"]},", "10.1.2.77/24")]
    public void A_requested_address_is_assigned(string more, string address) =>
        Assert.Equal(address, Ip(Succeed("ADD", Config(Simple, more))));

    [Fact]
    public void A_failed_allocation_leaves_nothing()
    {
        var more = "\"args\": {\"cni\": {\"ips\": [\"10.1.2.88\", \"10.1.2.77\"]}},";
        var answer = Run("ADD", Config("\"ranges\": [[{\"subnet\": \"10.1.2.0/24\"}], [{\"subnet\": \"10.1.3.0/24\"}]]", more));
        Assert.StartsWith("failed to allocate all requested IPs: 10.1.2.", answer.Message, StringComparison.Ordinal);
        Assert.Empty(Reservations());
    }

    [Fact]
    public void Failures_happen_before_an_address_is_reserved()
    {
        Run("ADD", Config(Simple + ", \"resolvConf\": \"/no/such\"")).AssertError(5, "open /no/such: no such file or directory");
        Run("ADD", Config(Simple + ", \"routes\": [{}]")).AssertIsError();
        Run("ADD", Config("\"subnet\": \"10.1.2.1/24\"")).AssertIsError();
        Assert.False(Directory.Exists(_root["data"]));
    }

    [Fact]
    public void GC_releases_stale_addresses_and_keeps_markers_and_foreign_files()
    {
        var config = Config(Simple);
        foreach (var id in (string[])["a", "b", "c"])
            Succeed("ADD", config, id);
        File.WriteAllText(_root["data/pods/10.1.2.50"], "a");
        File.WriteAllText(_root["data/pods/10.1.2.51"], "gone");
        File.WriteAllText(_root["data/pods/10.1.2.52"], "");
        File.WriteAllText(_root["data/pods/notes"], "gone");
        Run("GC", config).AssertIsError();
        const string Alive = """[{"containerID": "a", "ifname": "eth0"}, {"containerID": "b", "ifname": "eth9"}]""";
        Succeed("GC", Config(Simple, $"\"cni.dev/valid-attachments\": {Alive},")).AssertSilentSuccess();
        Assert.Equal(["10.1.2.2", "10.1.2.50", "notes"], Reservations());
        Assert.True(File.Exists(_root["data/pods/last_reserved_ip.0"]));
        Succeed("GC", Config(Simple, "\"cni.dev/valid-attachments\": [],"));
        Assert.Equal(["notes"], Reservations());
    }

    // A full range is no reason to fail: containerd takes the node out of service on any error.
    [Fact]
    public void STATUS_fails_only_if_every_ADD_would_fail()
    {
        var config = Config("\"subnet\": \"10.1.2.0/30\"");
        Succeed("STATUS", config).AssertSilentSuccess();
        Succeed("ADD", config);
        Succeed("STATUS", config).AssertSilentSuccess();
        Assert.Equal(50, Run("STATUS", Config("\"subnet\": \"garbage\"")).Code);
        File.WriteAllText(_root["file"], "");
        Assert.Equal(50, Run("STATUS", config.Replace(_root["data"], _root["file"], StringComparison.Ordinal)).Code);
    }

    [Fact]
    public void STATUS_fails_if_resolvConf_cannot_be_read() =>
        Run("STATUS", Config(Simple + ", \"resolvConf\": \"/no/such\"")).AssertError(50, "open /no/such: no such file or directory");

    // STATUS has no runtimeConfig.
    [Theory]
    [InlineData("\"capabilities\": {\"ipRanges\": true},", 0)]
    [InlineData("\"Capabilities\": {\"IPRanges\": true, \"mac\": true},", 0)]
    [InlineData("\"capabilities\": {\"ipRanges\": false},", 1)]
    [InlineData("\"capabilities\": {\"ips\": true},", 1)]
    [InlineData("\"capabilities\": null,", 1)]
    [InlineData("", 1)]
    public void STATUS_needs_no_ranges_with_the_capability_ipRanges(string more, int exitCode)
    {
        Assert.Equal(exitCode, Run("STATUS", Config("\"x\": 1", more)).ExitCode);
        Run("ADD", Config("\"x\": 1", more)).AssertError(CniErrorCode.InvalidConfig, "no IP ranges specified");
    }

    // The main plugin and this one get the same text.
    [Theory]
    [InlineData("MAC=02:00:00:00:00:0a;IP=10.1.2.50", true)]
    [InlineData("MAC=zz", true)]
    [InlineData("GATEWAY=10.1.2.1", false)]
    public void host_local_ignores_the_argument_MAC(string args, bool isFine)
    {
        foreach (var verb in (string[])["ADD", "CHECK"])
        {
            var answer = Call.Run(new HostLocalPlugin(), Call.Variables(verb, ("CNI_ARGS", args)), Config(Simple));
            Assert.Equal(isFine ? 0 : 1, answer.ExitCode);
        }
    }
}

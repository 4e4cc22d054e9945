using System.Globalization;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

public sealed class BridgeDeleteTests
{
    const string Guard = "unguard pods/pod1/eth0";
    const string Look = "find eth0 in " + Call.OwnNamespace;
    const string PodLink = "delete eth0 in " + Call.OwnNamespace;
    const string GoRules = "delete what Go made";
    const string HostEnd = "delete host link of pods/pod1/eth0";

    static void Run(FakeNode node, string netns, bool hasAddresses = true, bool isGuarded = false) =>
        new BridgeDelete(Requests.Make("{}", netns), () => isGuarded, () => hasAddresses ? node : null, node).Run();

    [Fact]
    public void DEL_deletes_the_link_before_it_releases_the_address()
    {
        var node = new FakeNode();
        Run(node, Call.OwnNamespace);
        Assert.Equal([GoRules, Guard, HostEnd, Look, PodLink, "release"], node.Calls);
    }

    // A pod controls the content of its namespace, but not the end on the node.
    [Fact]
    public void DEL_with_a_known_host_veth_does_not_need_the_pod()
    {
        var node = new FakeNode { HasHostLink = true, Failing = { Look, PodLink } };
        Run(node, Call.OwnNamespace);
        Assert.Equal([GoRules, Guard, HostEnd, "release"], node.Calls);
    }

    // A node that was booted leaves plain files where namespaces were mounted.
    [Theory]
    [InlineData("")]
    [InlineData("/no/such/namespace")]
    [InlineData("/etc/hostname")]
    [InlineData("/etc/hostname/ns")]
    [InlineData("/tmp")]
    [InlineData("/proc/self/ns/mnt")]
    [InlineData("/dev/null")]
    public void DEL_without_a_namespace_deletes_the_host_veth_and_releases_the_address(string netns)
    {
        var node = new FakeNode();
        Run(node, netns);
        Assert.Equal([GoRules, Guard, HostEnd, "release"], node.Calls);
    }

    // A path that no kernel can open is no namespace. Such a DEL must not fail forever.
    [Fact]
    public void A_path_that_is_too_long_names_no_namespace()
    {
        var node = new FakeNode();
        Run(node, "/" + new string('a', 5000));
        Assert.Equal([GoRules, Guard, HostEnd, "release"], node.Calls);
    }

    [Fact]
    public void Addresses_of_a_plugin_that_needs_the_interface_are_released_after_its_deletion()
    {
        var node = new FakeNode { NeedsInterface = true };
        Run(node, Call.OwnNamespace);
        Assert.Equal([GoRules, Guard, HostEnd, Look, PodLink, "release"], node.Calls);
    }

    // Only then does the store show that no pod uses the range.
    [Fact]
    public void Former_ranges_are_removed_after_the_addresses()
    {
        var node = new FakeNode { HasHostLink = true, HasFormerRanges = true };
        Run(node, Call.OwnNamespace);
        Assert.Equal([GoRules, Guard, HostEnd, "release", "remove former ranges of pods"], node.Calls);
    }

    [Fact]
    public void DEL_without_an_IPAM_type_releases_no_address()
    {
        var node = new FakeNode();
        Run(node, Call.OwnNamespace, hasAddresses: false);
        Assert.Equal([GoRules, Guard, HostEnd, Look, PodLink], node.Calls);
    }

    [Fact]
    public void DEL_deletes_links_before_it_reads_the_IPAM_type()
    {
        var node = new FakeNode();
        Requests.AssertRefused(CniErrorCode.DecodingFailure, () => new BridgeDelete(
            Requests.Make("{}", Call.OwnNamespace), () => false,
            () => throw new CniException(CniErrorCode.DecodingFailure, "not text"), node).Run());
        Assert.Equal([GoRules, Guard, HostEnd, Look, PodLink], node.Calls);
    }

    [Theory]
    [InlineData(HostEnd, HostEnd)]
    [InlineData("release", HostEnd + "|" + Look + "|" + PodLink + "|release")]
    // The address stays until the link is deleted.
    [InlineData(Look, HostEnd + "|" + Look)]
    [InlineData(PodLink, HostEnd + "|" + Look + "|" + PodLink)]
    public void A_failed_deletion_is_reported_and_no_address_is_released(string step, string calls)
    {
        var node = new FakeNode { Failing = { step } };
        Assert.Equal(step, Assert.Throws<KernelException>(() => Run(node, Call.OwnNamespace)).Operation);
        Assert.Equal([GoRules, Guard, .. calls.Split('|')], node.Calls);
    }

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.5/24"},{"address":"fd00::5/64"}]}""", "10.0.0.5/24 fd00::5/64", "")]
    [InlineData("""{"ip4":{"ip":"10.0.0.5/24"}}""", "10.0.0.5/24", "")]
    [InlineData("null", "", "")]
    [InlineData("\"text\"", "", "ignoring the previous result: ")]
    public void DEL_looks_for_Go_rules_of_the_addresses_in_the_previous_result(string previous, string addresses, string log)
    {
        var node = new FakeNode { AsksForAddresses = true };
        Assert.StartsWith(log, RunWith(node, previous), StringComparison.Ordinal);
        Assert.Equal([GoRules, $"addresses of what Go made: {addresses}", Guard, HostEnd, "release"], node.Calls);
    }

    [Fact]
    public void An_unreadable_previous_result_is_reported_once()
    {
        var log = RunWith(new FakeNode { AsksForAddresses = true }, "\"text\"");
        Assert.Single(log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    // The kernel waits after each of the two deletions, so the plugin deletes both at once.
    [Fact]
    public void MAC_spoofing_rules_are_removed_before_the_link()
    {
        var node = new FakeNode();
        Run(node, Call.OwnNamespace, isGuarded: true);
        Assert.Equal([GoRules, Guard + ", as configured", HostEnd, Look, PodLink, "release"], node.Calls);
    }

    // After a success the runtime does not retry, and the rules would stay forever.
    [Fact]
    public void A_failed_removal_of_spoofing_rules_stops_no_step_and_is_reported_last()
    {
        var node = new FakeNode { Failing = { Guard } };
        Requests.AssertRefused(CniErrorCode.IoFailure, () => Run(node, Call.OwnNamespace), "could not remove the MAC spoofing rules");
        Assert.Equal([GoRules, Guard, HostEnd, Look, PodLink, "release"], node.Calls);
    }

    [Theory]
    [InlineData(Errno.EPROTONOSUPPORT)]
    [InlineData(Errno.EOPNOTSUPP)]
    public void Without_nftables_ADD_fails_and_DEL_succeeds(int errno)
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var node = new FakeNode { Failing = { Guard }, FailsWith = errno };
        new BridgeDelete(Requests.Make("{}", Call.OwnNamespace, log: log), () => false, () => node, node).Run();
        Assert.Equal([GoRules, Guard, HostEnd, Look, PodLink, "release"], node.Calls);
        Assert.StartsWith($"could not remove the MAC spoofing rules: could not {Guard}: ", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void DEL_with_an_unreadable_macspoofchk_removes_everything_else()
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var node = new FakeNode();
        new BridgeDelete(Requests.Make("{}", Call.OwnNamespace, log: log),
            () => throw new CniException(CniErrorCode.DecodingFailure, "not text"), () => node, node).Run();
        Assert.Equal([GoRules, HostEnd, Look, PodLink, "release"], node.Calls);
        Assert.Contains("could not remove the MAC spoofing rules: not text", log.ToString(), StringComparison.Ordinal);
    }

    const string Previous = """
        {
          "cniVersion": "1.0.0",
          "interfaces": [
            {"name": "cni0", "mac": "02:00:00:00:00:01"},
            {"name": "veth0", "mac": "02:00:00:00:00:02"},
            {"name": "eth0", "mac": "02:00:00:00:00:03", "sandbox": "/some/where"},
            {"name": "cni0.100", "mac": "02:00:00:00:00:04"}
          ]
        }
        """;

    /// <summary>A link of the reference plugin: a random name and no alias.</summary>
    static readonly Link s_host = new() { Index = 4, Name = "veth0", Kind = "veth", Master = 3, Mac = FakeNode.Mac("02:00:00:00:00:02") };

    static FakeNode Node(Link host, string? failing = null, bool hasVeth = true) => new()
    {
        HasVeth = hasVeth,
        Links =
        {
            [host.Name] = host,
            ["cni0"] = new Link { Index = 3, Name = "cni0", Kind = "bridge", Mac = FakeNode.Mac("02:00:00:00:00:01") },
            ["eth0"] = new Link { Index = 2, Name = "eth0", Kind = "veth", Master = 3, Mac = FakeNode.Mac("02:00:00:00:00:03") },
            ["cni0.100"] = new Link { Index = 9, Name = "cni0.100", Kind = "veth", Mac = FakeNode.Mac("02:00:00:00:00:04") },
        },
        Failing = failing is null ? [] : [failing],
    };

    static string RunWith(FakeNode node, string previous, string netns = "")
    {
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        var config = new JsonObject { ["prevResult"] = JsonNode.Parse(previous) }.ToJsonString();
        new BridgeDelete(Requests.Make(config, netns, log: log), () => false, () => node, node).Run();
        return log.ToString();
    }

    [Fact]
    public void DEL_without_the_namespace_deletes_the_host_veth_of_the_previous_result()
    {
        var node = Node(s_host);
        Assert.Equal("", RunWith(node, Previous));
        Assert.Equal([GoRules, Guard, HostEnd, "delete veth0", "release"], node.Calls);
    }

    [Fact]
    public void The_recorded_host_name_is_unused_if_the_pair_was_deleted_in_the_pod()
    {
        var node = Node(s_host);
        RunWith(node, Previous, Call.OwnNamespace);
        Assert.Equal([GoRules, Guard, HostEnd, Look, PodLink, "release"], node.Calls);
    }

    [Theory]
    [InlineData(Look)]
    [InlineData(Look, PodLink)]
    public void A_failure_inside_the_pod_is_tolerated_if_the_previous_result_names_the_host_veth(params string[] steps)
    {
        var node = Node(s_host, steps[^1]);
        Assert.StartsWith(
            $"deleted only the host veth: could not {steps[^1]}: ", RunWith(node, Previous, Call.OwnNamespace), StringComparison.Ordinal);
        Assert.Equal([GoRules, Guard, HostEnd, .. steps, "delete veth0", "release"], node.Calls);
    }

    [Fact]
    public void A_namespace_without_the_interface_is_not_the_namespace_of_the_pod()
    {
        var node = Node(s_host, hasVeth: false);
        Assert.Equal("", RunWith(node, Previous, Call.OwnNamespace));
        Assert.Equal([GoRules, Guard, HostEnd, Look, "delete veth0", "release"], node.Calls);
    }

    [Fact]
    public void A_failed_deletion_of_the_recorded_link_keeps_the_address()
    {
        var node = Node(s_host, "delete veth0");
        Assert.Equal("delete veth0", Assert.Throws<KernelException>(() => RunWith(node, Previous)).Operation);
        Assert.Equal([GoRules, Guard, HostEnd, "delete veth0"], node.Calls);
    }

    static readonly Dictionary<string, Link> s_others = new()
    {
        ["another MAC"] = s_host with { Mac = FakeNode.Mac("02:00:00:00:00:99") },
        ["another kind"] = s_host with { Kind = "tun" },
        ["an alias"] = s_host with { Alias = "pods/pod2/eth0" },
        ["no bridge"] = s_host with { Master = 0 },
        ["another name"] = s_host with { Name = "veth9" },
    };

    public static TheoryData<string> Others => [.. s_others.Keys];

    [Theory]
    [MemberData(nameof(Others))]
    public void A_recorded_link_that_belongs_to_another_attachment_stays(string what)
    {
        var node = Node(s_others[what]);
        RunWith(node, Previous);
        Assert.Equal([GoRules, Guard, HostEnd, "release"], node.Calls);
    }

    [Theory]
    [InlineData("""{"interfaces":[{"name":"veth0"}]}""")]
    [InlineData("""{"interfaces":[{"name":"veth0","mac":""}]}""")]
    [InlineData("""{"interfaces":[{"name":"veth0","mac":"02:00:00:00:00:02","sandbox":"/x"}]}""")]
    [InlineData("""{"ip4":{"ip":"10.0.0.5/24"}}""")]
    [InlineData("null")]
    public void A_previous_result_without_a_link_of_the_node_deletes_no_link(string previous)
    {
        var node = Node(s_host);
        Assert.Equal("", RunWith(node, previous));
        Assert.Equal([GoRules, Guard, HostEnd, "release"], node.Calls);
    }

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("""{"interfaces":[null]}""")]
    [InlineData("""{"interfaces":[{"name":"veth0","mac":"02:00:00:00:00:02"}],"ips":[{"address":"x"}]}""")]
    [InlineData("""{"cniVersion":"9.9.9"}""")]
    public void DEL_with_an_unreadable_previous_result_removes_everything(string previous)
    {
        var node = Node(s_host);
        Assert.StartsWith("ignoring the previous result: ", RunWith(node, previous), StringComparison.Ordinal);
        Assert.Equal([GoRules, Guard, HostEnd, "release"], node.Calls);
    }
}

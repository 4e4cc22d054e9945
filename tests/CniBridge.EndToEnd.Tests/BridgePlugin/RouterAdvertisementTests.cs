using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.BridgePlugin;

/// <summary>
/// Tests of a node whose IPv6 default route comes from router advertisements. If a node becomes a router, the kernel deletes such routes
/// and ignores further advertisements, unless accept_ra of the link is 2.
/// </summary>
[RunsFirst]
public sealed class RouterAdvertisementTests
{
    const string Uplink = AdvertisingRouter.Uplink;

    /// <summary>A route as the kernel creates it from an advertisement.</summary>
    const string LearnedRoute = $"ip -6 route add default via fe80::1 dev {Uplink} proto ra metric 1024 expires 1800";

    [Fact]
    public void The_default_route_survives_the_first_ADD_and_is_renewed()
    {
        using var node = NewNode("radvd");
        using var router = new AdvertisingRouter(node);
        router.AddRouteToNode("fd00:88::/64");
        node.AssertReaches(AdvertisingRouter.Outside);

        var added = Add(node, "pod");

        Assert.Contains($"net.ipv6.conf.{Uplink}.accept_ra", added.Stderr, StringComparison.Ordinal);
        Assert.Equal("1", Setting(node, "all/forwarding"));
        Assert.Equal("2", AcceptRa(node, Uplink));
        // The wait is longer than the lifetime of everything learned before the ADD.
        var end = Environment.TickCount64 + (long)(2 * AdvertisingRouter.Lifetime).TotalMilliseconds;
        do
        {
            var route = Assert.Single(AdvertisingRouter.DefaultRoutes(node));
            Assert.Contains($"dev {Uplink} proto ra", route, StringComparison.Ordinal);
            Thread.Sleep(250);
        }
        while (Environment.TickCount64 < end);
        // ip also shows an expired route until the kernel deletes it, but no packet uses it.
        node.AssertReaches(AdvertisingRouter.Outside);
        node.AssertPodReaches("pod", AdvertisingRouter.Outside);
        Assert.DoesNotContain("accept_ra", Add(node, "other").Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Forwarding_alone_removes_the_default_route()
    {
        using var node = NewNode("radvd");
        using var router = new AdvertisingRouter(node);
        Assert.Single(AdvertisingRouter.DefaultRoutes(node));

        node.Run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding").Succeeded();

        Assert.Empty(AdvertisingRouter.DefaultRoutes(node));
    }

    [Fact]
    public void The_Go_plugin_removes_the_default_route()
    {
        Requirement.Directory(PluginDirectory.Go, "the Go plugins");
        using var node = NewNode("radvd");
        using var router = new AdvertisingRouter(node);
        var call = RawCall.Of(node, "ADD", Configurations.Plain).With("CNI_PATH", PluginDirectory.Go);

        node.Run(
            Path.Combine(PluginDirectory.Go, "bridge"), [], Configurations.Plain, call.Variables).Succeeded();

        if (AdvertisingRouter.DefaultRoutes(node).Length > 0)
        {
            Assert.Skip("these Go plugins keep it");
        }
    }

    [Theory]
    [InlineData(LearnedRoute, "2")]
    [InlineData($"{LearnedRoute} pref high", "2")]
    [InlineData($"ip -6 route add default via fe80::9 dev other0 metric 512; {LearnedRoute}", "2")]
    [InlineData("true", "1")]
    [InlineData($"ip -6 route add default via fe80::1 dev {Uplink}", "1")]
    [InlineData($"ip -6 route add default via fe80::1 dev {Uplink} proto static", "1")]
    [InlineData($"ip -6 route add 2001:db8:7::/48 via fe80::1 dev {Uplink} proto ra", "1")]
    [InlineData($"ip -6 route add 2001:db8:7::/64 dev {Uplink} proto ra", "1")]
    public void Only_links_with_an_advertised_default_route_are_changed(string routes, string expected)
    {
        using var node = NodeWithLinks();
        node.Run("sh", "-ec", routes).Succeeded();
        var before = Settings(node);
        var routesBefore = AdvertisingRouter.DefaultRoutes(node).Length;

        var added = Add(node, "pod");

        Assert.Equal("1", Setting(node, "all/forwarding"));
        AssertOnlyChange(node, before, expected, added);
        Assert.Equal(routesBefore, AdvertisingRouter.DefaultRoutes(node).Length);
    }

    /// <summary>The value 0 means that a program, such as systemd-networkd, reads advertisements and creates such routes.</summary>
    [Theory]
    [InlineData($"echo 0 > /proc/sys/net/ipv6/conf/{Uplink}/accept_ra", "0")]
    [InlineData($"echo 2 > /proc/sys/net/ipv6/conf/{Uplink}/accept_ra", "2")]
    [InlineData("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding", "1")]
    public void Links_with_another_accept_ra_or_forwarding_stay_unchanged(string setup, string expected)
    {
        using var node = NodeWithLinks();
        node.Run("sh", "-ec", $"{setup}\n{LearnedRoute}").Succeeded();
        var before = Settings(node);

        var added = Add(node, "pod");

        Assert.Equal(before, Settings(node));
        Assert.Equal(expected, AcceptRa(node, Uplink));
        Assert.DoesNotContain(Uplink, added.Stderr, StringComparison.Ordinal);
        Assert.Single(AdvertisingRouter.DefaultRoutes(node));
    }

    [Theory]
    [InlineData("""{"isGateway": false, "isDefaultGateway": false}""")]
    [InlineData("""{"ipam": {}}""")]
    [InlineData("""{"ipam": {"type": "host-local", "subnet": "10.88.0.0/24"}}""")]
    public void A_network_without_IPv6_forwarding_changes_no_link(string keys)
    {
        using var node = NodeWithLinks();
        node.Run("sh", "-ec", LearnedRoute).Succeeded();
        var before = Settings(node);

        var added = Add(node, "pod", keys);

        Assert.Equal("0", Setting(node, "all/forwarding"));
        Assert.Equal(before, Settings(node));
        Assert.DoesNotContain(Uplink, added.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ADD_that_fails_before_forwarding_changes_no_link()
    {
        using var node = NodeWithLinks();
        node.Run("sh", "-ec", $"""
            {LearnedRoute}
            ip link add cni0 type bridge
            echo 1 > /proc/sys/net/ipv6/conf/cni0/disable_ipv6
            """).Succeeded();

        var call = RawCall.Of(node, "ADD", Configurations.WithIpam("""{"subnet": "fd00:88::/64"}"""));
        call.Fail(5, "net.ipv6.conf.cni0.disable_ipv6");

        Assert.Equal("0", Setting(node, "all/forwarding"));
        Assert.Equal("1", AcceptRa(node, Uplink));
    }

    [Fact]
    public void Every_link_with_an_advertised_default_route_is_changed()
    {
        string[] names = ["up.7", "up-é"];
        using var node = NodeWithLinks();
        var metric = 2048;
        foreach (var name in names)
        {
            AddLink(node, name);
            node.Run("ip", "-6", "route", "add", "default", "via", "fe80::1", "dev", name, "proto", "ra", "metric", $"{metric++}")
                .Succeeded();
        }

        node.Run("sh", "-ec", LearnedRoute).Succeeded();

        Add(node, "pod");

        Assert.All([Uplink, .. names], name => Assert.Equal("2", AcceptRa(node, name)));
        Assert.Equal("1", AcceptRa(node, "other0"));
        Assert.Equal(3, AdvertisingRouter.DefaultRoutes(node).Length);
    }

    static void AssertOnlyChange(ScratchNode node, Dictionary<string, string> before, string expected, CommandResult added)
    {
        var isChange = before[Uplink] != expected;
        before[Uplink] = expected;
        Assert.Equal(before, Settings(node));
        var word = $"net.ipv6.conf.{Uplink}.accept_ra";
        Assert.Equal(isChange, added.Stderr.Contains(word, StringComparison.Ordinal));
        Assert.DoesNotContain("other0", added.Stderr, StringComparison.Ordinal);
    }

    /// <summary>Returns accept_ra of the links that existed before the plugin.</summary>
    static Dictionary<string, string> Settings(ScratchNode node) =>
        new[] { "all", "default", "lo", Uplink, "other0" }.ToDictionary(name => name, name => AcceptRa(node, name));

    static string AcceptRa(ScratchNode node, string link) => Setting(node, $"{link}/accept_ra");

    static string Setting(ScratchNode node, string name) =>
        node.Run("cat", $"/proc/sys/net/ipv6/conf/{name}").Succeeded().Stdout.Trim();

    static CommandResult Add(ScratchNode node, string pod, string keys = "{}") =>
        RawCall.Of(node, "ADD", Configurations.With(keys), pod).Succeed();

    /// <summary>Creates a node with two links that are up, without a router.</summary>
    static ScratchNode NodeWithLinks()
    {
        var node = NewNode();
        AddLink(node, Uplink);
        AddLink(node, "other0");
        return node;
    }

    static void AddLink(ScratchNode node, string name)
    {
        node.Run("ip", "link", "add", name, "type", "veth", "peer", "name", $"to-{name}").Succeeded();
        node.Run("ip", "link", "set", name, "up").Succeeded();
        node.Run("ip", "link", "set", $"to-{name}", "up").Succeeded();
    }

    static ScratchNode NewNode(params string[] programs)
    {
        Requirement.Node(programs);
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        node.AddPod("other");
        return node;
    }
}

using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Firewall;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of the message and the remedy for a chain that blocks pods.</summary>
public sealed class ForwardObstacleTests
{
    static readonly Link s_bridge = new() { Index = 7, Name = "cni0" }, s_uplink = new() { Index = 3, Name = "up0" };

    static ForwardObstacle Obstacle(TableFamily family, string table, string chain, TrafficKind kind, RuleEntry? rule = null) => new(
        new ForwardPath(IpAddress.Parse(family == TableFamily.IPv6 ? "fd00::5" : "10.0.0.5"), s_bridge, s_uplink, kind),
        new ChainEntry(family, table, chain), rule);

    [Fact]
    public void The_message_names_direction_and_chain()
    {
        Assert.Equal(
            "The firewall drops new connections of pod 10.0.0.5 from cni0 to up0 (chain ip filter FORWARD, policy drop)",
            Obstacle(TableFamily.IPv4, "filter", "FORWARD", TrafficKind.PodToOutside).Message);
        Assert.Equal(
            "The firewall drops new connections to pod 10.0.0.5 from up0 to cni0 (chain inet f fwd, rule handle 9 of chain rest)",
            Obstacle(TableFamily.Inet, "f", "fwd", TrafficKind.OutsideToPod, new RuleEntry("f", "rest") { Handle = 9 }).Message);
        Assert.Equal(
            "The firewall drops replies to pod 10.0.0.5 from up0 to cni0 (chain ip filter FORWARD of iptables-legacy, rule 2 of chain x)",
            (Obstacle(TableFamily.IPv4, "filter", "FORWARD", TrafficKind.ReplyToPod, new RuleEntry("filter", "x") { Handle = 2 })
                with
            { IsLegacy = true }).Message);
    }

    [Theory]
    [InlineData("PodToOutside", "new connections of pod 10.0.0.5 from cni0 to up0")]
    [InlineData("ReplyToPod", "replies to pod 10.0.0.5 from up0 to cni0")]
    [InlineData("OutsideToPod", "new connections to pod 10.0.0.5 from up0 to cni0")]
    [InlineData("ReplyOfPod", "replies of pod 10.0.0.5 from cni0 to up0")]
    [InlineData("HostPort", "new connections to host ports of pod 10.0.0.5 from up0 to cni0")]
    [InlineData("ReplyOfHostPort", "replies of host ports of pod 10.0.0.5 from cni0 to up0")]
    [InlineData("NodeToPod", "new connections of this node to pod 10.0.0.5 through cni0")]
    [InlineData("ReplyToNode", "replies of pod 10.0.0.5 to this node from cni0")]
    [InlineData("BetweenPods", "new connections of pod 10.0.0.5 from cni0 to cni0")]
    public void The_traffic_is_named(string kind, string words) =>
        Assert.Equal(words, new ForwardPath(IpAddress.Parse("10.0.0.5"), s_bridge, s_uplink, Enum.Parse<TrafficKind>(kind)).ToString());

    [Fact]
    public void The_remedy_quotes_the_name_of_a_link()
    {
        var bridge = new Link { Index = 7, Name = "a;$(x)\u001b" };
        string Remedy(TableFamily family, string table, string chain) => new ForwardObstacle(
            new ForwardPath(IpAddress.Parse("10.0.0.5"), bridge, s_uplink, TrafficKind.PodToOutside), new ChainEntry(family, table, chain),
                null).Remedy;

        const string word = @"$'a;$(x)\033'";
        Assert.Equal(
            $"for way in -i -o; do iptables -C FORWARD $way {word} -j ACCEPT 2>/dev/null || " +
            $"iptables -I FORWARD $way {word} -j ACCEPT; done",
            Remedy(TableFamily.IPv4, "filter", "FORWARD"));
        Assert.Equal(
            "for way in iifname oifname; do nft list chain inet f c | grep -qF \"$way \"$'\"a;$(x)\\033\" accept' || " +
            $"nft insert rule inet f c $way {word} accept; done",
            Remedy(TableFamily.Inet, "f", "c"));
    }

    [Theory]
    [InlineData(TableFamily.IPv6, "filter", "FORWARD", "ip6tables -I FORWARD $way cni0 -j ACCEPT")]
    [InlineData(TableFamily.Inet, "filter", "FORWARD", "nft insert rule inet filter FORWARD $way cni0 accept")]
    [InlineData(TableFamily.IPv4, "filter", "forward", "nft insert rule ip filter forward $way cni0 accept")]
    public void The_program_that_wrote_the_chain_changes_it(TableFamily family, string table, string chain, string remedy) =>
        Assert.Contains(remedy, Obstacle(family, table, chain, TrafficKind.PodToOutside).Remedy, StringComparison.Ordinal);

    [Fact]
    public void A_rule_that_drops_needs_a_rule_before_it()
    {
        var rule = new RuleEntry("filter", "FORWARD") { Handle = 3 };
        Assert.Equal(
            "for way in -i -o; do iptables-legacy -I FORWARD $way cni0 -j ACCEPT; done",
            (Obstacle(TableFamily.IPv4, "filter", "FORWARD", TrafficKind.ReplyToPod, rule) with { IsLegacy = true }).Remedy);
        Assert.Equal(
            "for way in iifname oifname; do nft insert rule inet f c $way cni0 accept; done",
            Obstacle(TableFamily.Inet, "f", "c", TrafficKind.ReplyToPod, rule).Remedy);
    }

    [Fact]
    public void The_owner_of_the_chain_keeps_the_change()
    {
        Assert.Equal(
            "firewall-cmd --permanent --zone=trusted --change-interface=cni0; firewall-cmd --reload",
            (Obstacle(TableFamily.Inet, "firewalld", "x", TrafficKind.PodToOutside) with { Owner = FirewallOwner.Firewalld }).Remedy);
        Assert.EndsWith(
            "--policy=cni-bridge --set-target=ACCEPT; firewall-cmd --reload",
            (Obstacle(TableFamily.Inet, "firewalld", "x", TrafficKind.OutsideToPod) with { Owner = FirewallOwner.Firewalld }).Remedy,
            StringComparison.Ordinal);
        Assert.Equal(
            "ufw route allow in on cni0; ufw route allow out on cni0",
            (Obstacle(TableFamily.IPv6, "filter", "FORWARD", TrafficKind.HostPort) with { Owner = FirewallOwner.Ufw }).Remedy);
    }
}

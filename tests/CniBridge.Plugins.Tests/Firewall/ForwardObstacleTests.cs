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

    static ForwardObstacle Obstacle(TableFamily family, string table, string chain, bool isFromPod, RuleEntry? rule = null) => new(
        new ForwardPath(IpAddress.Parse("10.0.0.5"), s_bridge, s_uplink, isFromPod), new ChainEntry(family, table, chain), rule);

    [Fact]
    public void The_message_names_direction_and_chain()
    {
        Assert.Equal(
            "The firewall drops new connections of pod 10.0.0.5 from cni0 to up0 (chain ip filter FORWARD, policy drop)",
            Obstacle(TableFamily.IPv4, "filter", "FORWARD", isFromPod: true).Message);
        Assert.Equal(
            "The firewall drops new connections to pod 10.0.0.5 from up0 to cni0 (chain inet f fwd, rule handle 9 of chain rest)",
            Obstacle(TableFamily.Inet, "f", "fwd", isFromPod: false, new RuleEntry("f", "rest") { Handle = 9 }).Message);
    }

    [Fact]
    public void The_remedy_quotes_the_name_of_a_link()
    {
        var bridge = new Link { Index = 7, Name = "a;$(x)\u001b" };
        string Remedy(TableFamily family, string table, string chain) => new ForwardObstacle(
            new ForwardPath(IpAddress.Parse("10.0.0.5"), bridge, s_uplink, IsFromPod: true), new ChainEntry(family, table, chain),
                null).Remedy;

        const string word = @"$'a;$(x)\033'";
        Assert.Equal($"iptables -I FORWARD -i {word} -j ACCEPT", Remedy(TableFamily.IPv4, "filter", "FORWARD"));
        Assert.Equal($"firewall-cmd --zone=trusted --add-interface={word}", Remedy(TableFamily.Inet, "firewalld", "x"));
        Assert.Equal($"nft insert rule inet f c iifname {word} accept", Remedy(TableFamily.Inet, "f", "c"));
    }

    [Theory]
    [InlineData(TableFamily.IPv4, "filter", "FORWARD", true, "iptables -I FORWARD -i cni0 -j ACCEPT")]
    [InlineData(TableFamily.IPv6, "filter", "FORWARD", false, "ip6tables -I FORWARD -o cni0 -j ACCEPT")]
    [InlineData(TableFamily.Inet, "filter", "FORWARD", true, "nft insert rule inet filter FORWARD iifname cni0 accept")]
    [InlineData(TableFamily.IPv4, "filter", "forward", false, "nft insert rule ip filter forward oifname cni0 accept")]
    [InlineData(TableFamily.Inet, "firewalld", "filter_FORWARD", true, "firewall-cmd --zone=trusted --add-interface=cni0")]
    public void The_remedy_is_a_command_for_the_table(TableFamily family, string table, string chain, bool isFromPod, string remedy) =>
        Assert.Equal(remedy, Obstacle(family, table, chain, isFromPod).Remedy);
}

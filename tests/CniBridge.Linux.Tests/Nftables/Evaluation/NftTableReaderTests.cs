using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Route.Links;
using static CniBridge.Linux.Nftables.Evaluation.Outcomes;

namespace CniBridge.Linux.Tests.Nftables.Evaluation;

/// <summary>Rules with sets and maps that nft loads into a namespace, and the outcomes of packets of a pod.</summary>
public sealed class NftTableReaderTests(ScratchNamespace scratch) : IClassFixture<ScratchNamespace>
{
    static readonly Link s_bridge = new() { Index = 7, Name = "cni0" }, s_uplink = new() { Index = 3, Name = "eth0" };

    static readonly PacketSketch s_opening = new(AddressFamily.IPv4)
    {
        Input = s_bridge,
        Output = s_uplink,
        Source = IpAddress.Parse("10.88.0.2"),
        Protocol = 6,
        IsUnmarked = true,
    };

    static readonly PacketSketch s_reply = new(AddressFamily.IPv4)
    {
        Input = s_uplink,
        Output = s_bridge,
        Destination = IpAddress.Parse("10.88.0.2"),
        Protocol = 6,
        IsUnmarked = true,
        State = ConnectionState.Reply,
    };

    /// <summary>The evaluation ends where the packet may be accepted.</summary>
    const Outcomes Uncertain = Accepted;

    /// <summary>Objects of the table before the chain, a rule, and what a new connection and a reply meet with the policy drop.</summary>
    public static TheoryData<string, string, Outcomes, Outcomes> Rules => new()
    {
        { "", "ct state { established, related } accept", Dropped, Accepted },
        { "", "ct state vmap { established : accept, related : accept, invalid : drop }", Dropped, Accepted },
        { "", "ct state vmap { new : jump pods, established : accept }", Accepted, Accepted },
        { "", "ct state != { established, related } accept", Accepted, Uncertain },
        { "", "ct direction reply accept", Dropped, Accepted },
        { "", "meta l4proto { icmp, ipv6-icmp } accept", Dropped, Dropped },
        { "", "ip protocol tcp accept", Accepted, Accepted },
        { "", "ip protocol { udp, icmp } accept", Dropped, Dropped },
        { "", "meta mark 0x4000 accept", Dropped, Dropped },
        { "", "meta mark & 0x4000 == 0 accept", Accepted, Accepted },
        { "", "meta mark { 0x1-0x5 } accept", Dropped, Dropped },
        { "", "meta mark < 7 accept", Accepted, Accepted },
        { "", "meta mark != 0-5 accept", Dropped, Dropped },
        { "", "meta mark set 1; meta mark 1 accept", Uncertain, Uncertain },
        { "", "jump marking; meta mark 1 accept", Uncertain, Uncertain },
        { "", "iifname { \"docker0\", \"virbr0\" } accept", Dropped, Dropped },
        { "", "iifname { \"cni*\" } accept", Accepted, Dropped },
        { "", "oifname { \"br-*\", \"docker*\" } accept", Dropped, Dropped },
        { "", "iifname vmap { \"cni0\" : goto pods, * : drop }", Accepted, Dropped },
        { "", "iifname vmap { \"docker0\" : drop, * : accept }", Accepted, Accepted },
        { "", "iifname . oifname vmap { \"cni0\" . \"eth0\" : accept, \"eth0\" . \"cni0\" : drop }", Accepted, Dropped },
        { "", "iifname . ip saddr { \"cni0\" . 10.88.0.0/16 } accept", Accepted, Uncertain },
        { "", "ip saddr 10.88.0.1-10.88.0.9 accept", Accepted, Uncertain },
        { "", "ip saddr { 10.88.0.0/24, 10.90.0.0/24 } accept", Accepted, Uncertain },
        { "", "ip saddr { 10.89.0.0/24, 10.90.0.0/24 } accept", Dropped, Uncertain },
        { "", "tcp dport { 80, 443 } accept", Uncertain, Uncertain },
        { "", "tcp dport vmap { 80 : accept }", Uncertain, Uncertain },
        { "", "tcp dport vmap { 80 : drop }", Dropped, Dropped },
        { "", "udp dport 53 accept", Dropped, Dropped },
        { "", "ip6 saddr fd00::/8 accept", Dropped, Dropped },
        { "set links { type ifname; elements = { \"cni0\" }; }", "iifname @links accept", Accepted, Dropped },
        { "set links { type ifname; }", "iifname @links accept", Dropped, Dropped },
        { "set pods { type ipv4_addr; flags interval; elements = { 10.88.0.0/16 }; }", "ip saddr @pods accept", Accepted, Uncertain },
        {
            "set pods { type ipv4_addr; flags interval; elements = { 10.88.0.0/16 }; }", "ip saddr @pods drop; accept",
            Dropped, Accepted | Dropped
        },
        { "set seen { type ipv4_addr; flags dynamic; }", "update @seen { ip saddr }; ip saddr @seen accept", Uncertain, Uncertain },
        { "set few { type ipv4_addr; limit rate 1/second; elements = { 10.88.0.2 }; }", "ip saddr @few accept", Uncertain, Uncertain },
        { "set many { type ipv4_addr; counter; elements = { 10.88.0.2 }; }", "ip saddr @many accept", Accepted, Uncertain },
        {
            "map marks { type ifname : mark; elements = { \"cni0\" : 0x10 }; }", "meta mark set iifname map @marks; accept",
            Accepted, Accepted
        },
        { "", "ct status dnat accept", Dropped, Dropped },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void Rules_decide_as_nft_says(string objects, string rules, Outcomes opening, Outcomes reply)
    {
        Load($$"""
            flush ruleset
            table inet theirs {
                {{objects.Replace(";", "\n", StringComparison.Ordinal)}}
                chain pods { accept
                }
                chain marking { meta mark set 1
                }
                chain forward {
                    type filter hook forward priority filter; policy drop
                    {{rules.Replace(";", "\n", StringComparison.Ordinal)}}
                }
            }

            """);

        Assert.Equal((opening, reply), (Run(s_opening), Run(s_reply)));
    }

    [Fact]
    public void A_connection_with_a_new_destination_is_accepted_by_its_status()
    {
        Load("""
            flush ruleset
            table inet theirs {
                chain forward {
                    type filter hook forward priority filter; policy drop
                    ct status dnat accept
                }
            }

            """);

        Assert.Equal(Accepted, Run(s_opening with { HasNewDestination = true }));
        Assert.Equal(Accepted, Run(s_reply with { HasNewDestination = true }));
    }

    [Theory]
    [InlineData("ip daddr 10.244.0.0/16 drop", Dropped)]
    [InlineData("ip daddr 10.244.2.0/24 drop", Dropped)]
    [InlineData("ip daddr 10.244.2.0/25 drop", Accepted | Dropped)]
    [InlineData("ip daddr 10.244.2.2 drop", Accepted | Dropped)]
    [InlineData("ip daddr 10.244.3.0/24 drop", Accepted)]
    [InlineData("ip daddr { 10.244.0.0/16, 10.9.0.0/16 } drop", Accepted | Dropped)]
    public void A_range_of_destinations_is_dropped_only_as_a_whole(string rule, Outcomes expected)
    {
        Load($$"""
            flush ruleset
            table inet theirs {
                chain forward {
                    type filter hook forward priority filter; policy accept;
                    {{rule}}
                }
            }

            """);

        Assert.Equal(expected, Run(s_opening with { DestinationRange = Cidr.Parse("10.244.2.0/24") }));
    }

    [Fact]
    public void The_rule_in_the_chain_of_a_map_is_named()
    {
        Load("""
            flush ruleset
            table inet theirs {
                chain pods { counter drop
                }
                chain forward {
                    type filter hook forward priority filter; policy accept
                    iifname vmap { "cni0" : jump pods }
                }
            }

            """);

        Assert.Equal("pods", Evaluate(s_opening).Dropping!.Chain);
    }

    Outcomes Run(PacketSketch packet) => Evaluate(packet).Outcomes;

    (Outcomes Outcomes, CniBridge.Linux.Nftables.Rules.RuleEntry? Dropping) Evaluate(PacketSketch packet)
    {
        using var opened = scratch.Open();
        return opened.Run(() =>
        {
            using var socket = new NftSocket();
            var table = new TableName(TableFamily.Inet, "theirs");
            var evaluation = new ChainEvaluation(new PacketState(packet), new NftTableReader(socket, table));
            return (evaluation.Run(socket.TryGetChain(table.Chain("forward"))!), evaluation.Dropping);
        });
    }

    void Load(string ruleset)
    {
        var (exitCode, output) = HelperProgram.Run(ruleset, "nsenter", "--net=" + scratch.Path, "nft", "-f", "-");
        Assert.SkipWhen(exitCode is null or 127, "nft is not installed");
        Assert.True(exitCode == 0, output);
    }
}

using CniBridge.EndToEnd.Tests.Support;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>
/// Tests of foreign rules between a pod and the outside: CHECK names the chain that blocks traffic, and no other. Each row checks the
/// effect in the kernel with ping.
/// </summary>
[RunsFirst]
public sealed class ForwardChainTests
{
    /// <summary>The result of ping in both directions, and the words in the failure of CHECK. No words mean success.</summary>
    sealed record Case(string Ruleset, bool GetsOut, bool GetsIn, string Words = "")
    {
        /// <summary>What CHECK says of the same rules in iptables-legacy, if it says more than of nftables.</summary>
        public string? LegacyWords { get; init; }
    }

    const string Base = "type filter hook forward priority 0; policy";

    static readonly Dictionary<string, Case> s_cases = new()
    {
        ["nothing"] = new("", true, true),
        ["policy accept"] = new($$"""table inet f { chain forward { {{Base}} accept; } }""", true, true),
        ["policy drop"] = new($$"""table inet f { chain forward { {{Base}} drop; } }""", false, false,
            "of pod 10.88.0.2 from cni0 to up0|chain inet f forward|policy drop)|nft insert rule inet f forward $way cni0 accept"),
        ["policy drop of ip"] = new($$"""table ip f { chain forward { {{Base}} drop; } }""", false, false, "chain ip f forward"),
        ["both ways accepted"] = new(
            $$"""table inet f { chain forward { {{Base}} drop; iifname "cni0" accept; oifname "cni0" accept; } }""", true, true),
        ["out alone, and what belongs to it"] = new(
            $$"""table inet f { chain forward { {{Base}} drop; iifname "cni0" accept; ct state established,related accept; } }""",
            true, false, "to pod 10.88.0.2 from up0 to cni0|in iifname oifname; do"),
        ["in alone, and what belongs to it"] = new(
            $$"""table inet f { chain forward { {{Base}} drop; oifname "cni0" accept; ct state established accept; iif "cni0" drop; } }""",
            false, true, "of pod 10.88.0.2 from cni0 to up0|rule handle "),
        ["what is known already"] = new(
            $$"""table inet f { chain forward { {{Base}} drop; ct state established,related accept; } }""", false, false, "policy drop)"),
        ["another chain's accept does not help"] = new(
            $$"""
            table inet f { chain forward { {{Base}} drop; } }
            table ip g { chain forward { type filter hook forward priority -10; accept; } }
            """, false, false, "chain inet f forward"),
        ["a jump to a chain that accepts"] = new(
            $$"""table inet f { chain pods { iifname "cni0" accept; oif "cni0" accept; } chain forward { {{Base}} drop; jump pods; } }""",
            true, true),
        ["a jump to a chain that drops"] = new(
            $$"""table inet f { chain pods { iifname "cni0" reject; } chain forward { {{Base}} accept; jump pods; } }""",
            false, false, "chain inet f forward|of chain pods"),
        ["a set"] = new(
            $$"""
            table inet f {
                set links { type ifname; elements = { "cni0" }; }
                chain forward { {{Base}} drop; iifname @links accept; oifname @links accept; }
            }
            """, true, true),
        ["a set of others"] = new(
            $$"""
            table inet f {
                set links { type ifname; elements = { "docker0" }; }
                chain forward { {{Base}} drop; iifname @links accept; oifname @links accept; }
            }
            """, false, false, "policy drop)"),
        ["another subnet is dropped"] = new(
            $$"""table inet f { chain forward { {{Base}} accept; ip saddr 10.99.0.0/16 drop; ip daddr 10.99.0.0/16 drop; } }""",
            true, true),
        ["the subnet is dropped"] = new(
            $$"""table inet f { chain forward { {{Base}} accept; ip saddr 10.88.0.0/16 drop; ip daddr 10.88.0.0/16 drop; } }""",
            false, false, "rule handle "),
        ["others' interfaces are accepted"] = new(
            $$"""table inet f { chain forward { {{Base}} drop; iifname "docker0" accept; oifname "docker0" accept; } }""",
            false, false, "policy drop)"),
        ["IPv6 alone"] = new($$"""table ip6 f { chain forward { {{Base}} drop; } }""", true, true, "fd00:88::2|chain ip6 f forward"),
        ["a dormant table"] = new($$"""table inet f { flags dormant; chain forward { {{Base}} drop; } }""", true, true),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void CHECK_agrees_with_the_kernel_about_nftables_rules(string name)
    {
        var row = s_cases[name];
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        Load(node, row);
        Compare(node, added, row);
    }

    /// <summary>The rows with commands of both iptables and ip6tables.</summary>
    static readonly Dictionary<string, Case> s_iptables = new()
    {
        ["policy"] = new("-P FORWARD DROP", false, false,
            "chain ip filter FORWARD|policy drop)|iptables -I FORWARD $way cni0 -j ACCEPT"),
        ["Docker's"] = new("""
            -N DOCKER
            -N DOCKER-USER
            -N DOCKER-ISOLATION-STAGE-1
            -N DOCKER-ISOLATION-STAGE-2
            -P FORWARD DROP
            -A FORWARD -j DOCKER-USER
            -A FORWARD -j DOCKER-ISOLATION-STAGE-1
            -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -A FORWARD -o docker0 -j DOCKER
            -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
            -A FORWARD -i docker0 -o docker0 -j ACCEPT
            -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
            -A DOCKER-ISOLATION-STAGE-1 -j RETURN
            -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
            -A DOCKER-ISOLATION-STAGE-2 -j RETURN
            -A DOCKER-USER -j RETURN
            """, false, false, "chain ip filter FORWARD|policy drop)"),
        ["Docker's with what is advised"] = new("""
            -P FORWARD DROP
            -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            -I FORWARD -i cni0 -j ACCEPT
            -I FORWARD -o cni0 -j ACCEPT
            """, true, true),
        ["what is known already"] = new("""
            -P FORWARD DROP
            -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
            """, false, false, "policy drop)"),
        ["refused"] = new("-A FORWARD -i cni0 -j REJECT", false, false, "rule handle "),
        ["a chain whose name only iptables can read"] = new("""
            -N zone:wan
            -A FORWARD -j zone:wan
            -P FORWARD DROP
            """, false, false) { LegacyWords = "policy drop)" },
        ["a match that is not known"] = new("""
            -P FORWARD DROP
            -A FORWARD -m limit --limit 1/hour --limit-burst 1 -p udp -j ACCEPT
            -A FORWARD -m string --string nothing --algo bm -j ACCEPT
            """, false, false),
        ["the mark of kube-proxy"] = new("""
            -P FORWARD DROP
            -A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
            """, false, false, "policy drop)"),
    };

    public static MatrixTheoryData<string, string> Iptables => new(["nft", "legacy"], [.. s_iptables.Keys]);

    [Theory]
    [MemberData(nameof(Iptables))]
    public void CHECK_agrees_with_the_kernel_about_iptables_rules(string kind, string name)
    {
        var row = s_iptables[name];
        var (iptables, ip6tables) = ($"iptables-{kind}", $"ip6tables-{kind}");
        using var node = NewNode(iptables, ip6tables);
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        foreach (var command in row.Ruleset.Split('\n', StringSplitOptions.TrimEntries))
        {
            node.Run(iptables, command.Split(' ')).Succeeded();
            node.Run(ip6tables, command.Split(' ')).Succeeded();
        }
        Compare(node, added, kind == "nft" ? row : row with { Words = row.LegacyWords ?? LegacyWords(row.Words) });
    }

    /// <summary>Returns what CHECK says of the same rules in iptables-legacy, which has no handles. It can read all chains.</summary>
    static string LegacyWords(string words) => words.Replace("handle ", "", StringComparison.Ordinal)
        .Replace("iptables -I", "iptables-legacy -I", StringComparison.Ordinal)
        .Replace("FORWARD|policy", "FORWARD of iptables-legacy|policy", StringComparison.Ordinal);

    [Fact]
    public void The_suggested_command_fixes_the_problem()
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.Plain).Succeed();
        Load(node, s_cases["policy drop"]);
        var failure = RawCall.Of(node, "CHECK", Configurations.Plain).WithPrevious(added).Fail(999);
        var command = failure[failure.IndexOf("for way in", StringComparison.Ordinal)..];
        node.Run("sh", "-ec", command).Succeeded();
        var rules = node.Run("nft", "list", "table", "inet", "f").Succeeded().Stdout;
        node.Run("sh", "-ec", command).Succeeded();
        Assert.Equal(rules, node.Run("nft", "list", "table", "inet", "f").Succeeded().Stdout);
        Compare(node, added, s_cases["both ways accepted"]);
    }

    [Theory]
    [InlineData("""{"isGateway": false, "isDefaultGateway": false}""")]
    [InlineData("""{"ipam": {}, "isGateway": false, "isDefaultGateway": false}""")]
    public void CHECK_ignores_forward_chains_without_forwarding(string keys)
    {
        using var node = NewNode();
        var configuration = Configurations.With(keys);
        var added = RawCall.Of(node, "ADD", configuration).Succeed();
        Load(node, s_cases["policy drop"]);
        RawCall.Of(node, "CHECK", configuration).WithPrevious(added).Succeed();
    }

    [Fact]
    public void CHECK_of_masqueraded_pods_ignores_traffic_from_outside()
    {
        using var node = NewNode();
        var added = RawCall.Of(node, "ADD", Configurations.With("""{"ipMasq": true}""")).Succeed();
        Load(node, s_cases["out alone, and what belongs to it"]);
        RawCall.Of(node, "CHECK", Configurations.With("""{"ipMasq": true}""")).WithPrevious(added).Succeed();
        RawCall.Of(node, "CHECK", Configurations.With("""{"ipMasq": true, "nonMasqueradeCIDRs": ["10.0.0.0/8"]}"""))
            .WithPrevious(added).Fail(999, "to pod 10.88.0.2 from up0 to cni0");
    }

    /// <summary>Loads a ruleset with the line breaks that nft needs inside braces.</summary>
    static void Load(Node node, Case row) => node.Run("nft", ["-f", "-"], row.Ruleset
        .Replace("; }", "\n}", StringComparison.Ordinal).Replace("} }", "}\n}", StringComparison.Ordinal)
        .Replace("} chain", "}\nchain", StringComparison.Ordinal) + "\n").Succeeded();

    static void Compare(ScratchNode node, CommandResult added, Case row)
    {
        Assert.Equal((row.GetsOut, row.GetsIn), (GetsOut(node), GetsIn(node)));
        var check = RawCall.Of(node, "CHECK", Configurations.Plain).WithPrevious(added);
        if (row.Words.Length == 0)
        {
            check.Succeed();
        }
        else
        {
            check.Fail(999, row.Words.Split('|'));
        }
    }

    static bool GetsOut(Node node) => node.InPod("pod", "ping", "-c1", "-W1", OutsideWorld.HostV4).ExitCode == 0;

    static bool GetsIn(Node node) => node.InPod("outside", "ping", "-c1", "-W1", "10.88.0.2").ExitCode == 0;

    /// <summary>Creates a node whose default route leads to an outside host, which has a route to the pods.</summary>
    static ScratchNode NewNode(params string[] programs)
    {
        Requirement.Node(["nft", .. programs]);
        Requirement.Ipv6();
        var node = new ScratchNode();
        node.AddPod("pod");
        _ = new OutsideWorld(node);
        node.Run("sh", "-ec", $"""
            ip route add default via {OutsideWorld.HostV4}
            ip -6 route add default via {OutsideWorld.HostV6}
            ip -n outside route add 10.88.0.0/24 via {OutsideWorld.NodeV4}
            ip -n outside -6 route add fd00:88::/64 via {OutsideWorld.NodeV6}
            """).Succeeded();
        return node;
    }
}

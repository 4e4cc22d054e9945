using System.Text.Json;
using System.Text.RegularExpressions;

namespace CniBridge.EndToEnd.Tests.Doctor;

/// <summary>
/// Firewalls that real programs write. TCP connections show what they drop; doctor must name it, and its commands must open the
/// connections and leave nothing to find.
/// </summary>
[RunsFirst]
public sealed class FirewallTests
{
    /// <param name="Rules">Commands of the shell; null for a program with a service.</param>
    /// <param name="Dead">The words of the connections that die.</param>
    /// <param name="Words">What the findings must name.</param>
    sealed record Case(string? Rules, string[] Dead, params string[] Words);

    static readonly string[] s_forwarded = ["out", "in", "host port"], s_both = ["IPv4", "IPv6"];

    /// <summary>The filter chains that kube-proxy writes in its mode iptables.</summary>
    const string KubeProxy = """
        for i in iptables ip6tables; do
          for chain in KUBE-FORWARD KUBE-SERVICES KUBE-EXTERNAL-SERVICES KUBE-PROXY-FIREWALL KUBE-FIREWALL; do $i -N $chain; done
          $i -A INPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
          $i -A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
          $i -A INPUT -j KUBE-FIREWALL
          $i -A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
          $i -A FORWARD -j KUBE-FORWARD
          $i -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES
          $i -A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
          $i -A OUTPUT -j KUBE-FIREWALL
          $i -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
          $i -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
          $i -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
          $i -t nat -N KUBE-MARK-MASQ
          $i -t nat -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
        done
        iptables -A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
        iptables -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m tcp --dport 53 -j REJECT

        """;

    /// <summary>The filter chains that Docker writes.</summary>
    const string Docker = """
        for i in iptables ip6tables; do
          for chain in DOCKER DOCKER-USER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2; do $i -N $chain; done
          $i -A FORWARD -j DOCKER-USER
          $i -A FORWARD -j DOCKER-ISOLATION-STAGE-1
          $i -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
          $i -A FORWARD -o docker0 -j DOCKER
          $i -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
          $i -A FORWARD -i docker0 -o docker0 -j ACCEPT
          $i -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
          $i -A DOCKER-ISOLATION-STAGE-1 -j RETURN
          $i -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
          $i -A DOCKER-ISOLATION-STAGE-2 -j RETURN
          $i -A DOCKER-USER -j RETURN
        done

        """;

    const string PolicyDrop = "for i in iptables ip6tables; do $i -P FORWARD DROP; done\n";

    static readonly Dictionary<string, Case> s_cases = new()
    {
        ["firewalld, nftables"] = new(null, ["out", "in"], "chain inet firewalld filter_FORWARD, rule handle", "firewall-cmd --permanent"),
        ["firewalld, iptables"] = new(null, ["out", "in"], "chain ip filter FORWARD, rule handle", "firewall-cmd --permanent"),
        ["ufw"] = new(null, s_forwarded, "chain ip filter FORWARD, policy drop", "ufw route allow out on cni0"),
        ["iptables, policy"] = new(
            PolicyDrop, s_forwarded, "chain ip6 filter FORWARD, policy drop", "iptables -I FORWARD $way cni0 -j ACCEPT"),
        ["iptables, policy and kube-proxy"] = new(KubeProxy + PolicyDrop, s_forwarded, "chain ip filter FORWARD, policy drop"),
        ["iptables, policy and Docker"] = new(Docker + PolicyDrop, s_forwarded, "chain ip filter FORWARD, policy drop"),
        ["iptables, only traffic of pods allowed"] = new(
            PolicyDrop + "for i in iptables ip6tables; do $i -I FORWARD -i cni0 -j ACCEPT; done", s_forwarded,
            "replies to pod 10.244.1.2 from eth0 to cni0", "host ports of pod"),
        ["iptables, rule before an allowed interface"] = new(
            "for i in iptables ip6tables; do $i -A FORWARD -i eth0 -j DROP; $i -A FORWARD -o cni0 -j ACCEPT; done", s_forwarded,
            "replies to pod 10.244.1.2 from eth0 to cni0 (chain ip filter FORWARD, rule handle"),
        ["iptables-legacy, policy and INPUT"] = new(
            "for i in iptables-legacy ip6tables-legacy; do $i -A INPUT -j ACCEPT; $i -P FORWARD DROP; done", s_forwarded,
            "chain ip filter FORWARD of iptables-legacy, policy drop", "iptables-legacy -I FORWARD $way cni0 -j ACCEPT"),
        ["iptables-legacy and kube-proxy"] = new(
            KubeProxy.Replace("iptables", "iptables-legacy", StringComparison.Ordinal)
                .Replace("ip6tables-legacy-legacy", "ip6tables-legacy", StringComparison.Ordinal) +
            "for i in iptables-legacy ip6tables-legacy; do $i -P FORWARD DROP; done", s_forwarded,
            "chain ip6 filter FORWARD of iptables-legacy, policy drop"),
        ["nftables, policy and sets"] = new(
            """
            nft -f - <<'END'
            table inet filter {
              set trusted { type ifname; elements = { "lo", "wg0" }
              }
              chain forward {
                type filter hook forward priority filter; policy drop;
                ct state { established, related } accept
                iifname @trusted accept
                meta l4proto { icmp, ipv6-icmp } accept
                iifname "eth1" tcp dport { 80, 443 } accept
              }
            }
            END
            """, s_forwarded, "chain inet filter forward, policy drop", "nft insert rule inet filter forward $way cni0 accept"),
        ["nftables, verdict map"] = new(
            """
            nft -f - <<'END'
            table inet filter {
              chain rest { counter reject
              }
              chain forward {
                type filter hook forward priority filter; policy accept;
                ct state vmap { established : accept, related : accept, invalid : drop }
                iifname vmap { "docker0" : accept, "virbr0" : accept }
                meta mark & 0xff == 0x10 accept
                goto rest
              }
            }
            END
            """, s_forwarded, "chain inet filter forward, rule handle", "of chain rest"),
        ["nftables, prerouting"] = new(
            """
            nft -f - <<'END'
            table inet early {
              chain raw {
                type filter hook prerouting priority raw; policy accept;
                iifname "cni*" drop
              }
            }
            END
            """, [.. s_forwarded, "node"], "chain inet early raw, rule handle"),
        ["nftables, input"] = new(
            """
            nft -f - <<'END'
            table inet filter {
              chain input {
                type filter hook input priority filter; policy drop;
                iifname { "lo", "eth0" } accept
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
              }
            }
            END
            """, ["node"], "replies of pod 10.244.1.2 to this node from cni0 (chain inet filter input, policy drop)"),
    };

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_firewall_that_drops_is_found_and_its_commands_open_it(string name)
    {
        var row = s_cases[name];
        using var node = new FirewallNode();
        Start(node, name, row);
        Assert.Equal(Connections(row.Dead), node.FindDead(seconds: 2));

        var found = node.Examine();

        Assert.All(found, finding => Assert.StartsWith("forward-dropped", Text(finding, "id"), StringComparison.Ordinal));
        var text = string.Join('\n', found);
        Assert.All(row.Words, word => Assert.Contains(JsonSerializer.Serialize(word).Trim('"'), text, StringComparison.Ordinal));
        Fix(node, found);
        Assert.Empty(node.Examine());
        node.AssertAllConnect();

        var rules = Ruleset(node);
        Fix(node, found);
        Assert.Empty(node.Examine());
        if (!name.Contains("rule", StringComparison.Ordinal) && !text.Contains(", rule ", StringComparison.Ordinal))
            Assert.Equal(rules, Ruleset(node));
    }

    static IEnumerable<string> Connections(string[] words) =>
        ((string[])["out", "in", "host port", "node"]).Where(words.Contains)
            .SelectMany(word => s_both.Select(family => $"{word} {family}"));

    static void Start(FirewallNode node, string name, Case row)
    {
        if (row.Rules is not null)
            node.Sh(row.Rules);
        else if (name == "ufw")
            node.StartUfw();
        else
            node.StartFirewalld(name.Split(' ')[1]);
    }

    static void Fix(FirewallNode node, IReadOnlyList<JsonElement> found)
    {
        foreach (var fix in found.Select(finding => Text(finding, "fix")).Distinct())
            node.Sh(fix);
    }

    // The programs of iptables-legacy also print the time, and counters of policies.
    static string Ruleset(FirewallNode node) => node.Sh("""
        nft --stateless list ruleset
        for i in iptables-legacy-save ip6tables-legacy-save; do $i | sed '/^#/d; s/ [[][0-9:]*[]]$//'; done
        """).Stdout;

    static string Text(JsonElement finding, string key) => finding.GetProperty(key).GetString()!;

    [Theory]
    [InlineData("nftables")]
    [InlineData("iptables")]
    public void The_commands_for_firewalld_outlast_its_reload(string backend)
    {
        using var node = new FirewallNode();
        node.StartFirewalld(backend);
        Fix(node, node.Examine());

        node.Sh("firewall-cmd --reload; firewall-cmd --complete-reload");

        node.AssertAllConnect();
        Assert.Empty(node.Examine());
    }

    [Fact]
    public void The_commands_for_ufw_outlast_its_reload()
    {
        using var node = new FirewallNode();
        node.StartUfw();
        Fix(node, node.Examine());

        node.Sh("ufw reload; ufw disable; ufw --force enable");

        node.AssertAllConnect();
        Assert.Empty(node.Examine());
    }

    [Fact]
    public void Only_the_start_of_a_chain_with_100000_rules_is_read()
    {
        using var node = new FirewallNode();
        node.Sh("""
            {
              echo 'table inet big { chain forward { type filter hook forward priority 0; policy accept;'
              yes 'ip saddr 192.0.2.1 drop' | head -n 100000
              printf '}\n}\n'
            } | nft -f -
            """);

        var trace = node.TraceDoctor();

        Assert.Equal("no problems found\n", trace.Stdout);
        var read = Regex.Count(trace.Stderr, "NFT_MSG_NEWRULE");
        Assert.InRange(read, 5000, 20_000);
        node.Check("pod1").Succeeded();
    }

    /// <summary>Firewalls that drop no traffic of pods.</summary>
    public static TheoryData<string, string> Healthy => new()
    {
        { "kube-proxy", KubeProxy },
        { "Docker", Docker },
        { "policy of INPUT", "for i in iptables ip6tables; do $i -A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT; done; " +
            "ip6tables -A INPUT -p icmpv6 -j ACCEPT; iptables -P INPUT DROP; ip6tables -P INPUT DROP" },
        {
            "some ports",
            """
            nft -f - <<'END'
            table inet filter {
              chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                tcp dport { 80, 443 } accept
              }
            }
            END
            """
        },
    };

    [Theory]
    [MemberData(nameof(Healthy))]
    public void A_firewall_that_lets_pods_through_is_not_reported(string name, string rules)
    {
        Assert.NotEmpty(name);
        using var node = new FirewallNode();
        node.Sh(rules);
        node.AssertAllConnect();
        Assert.Empty(node.Examine());
    }
}

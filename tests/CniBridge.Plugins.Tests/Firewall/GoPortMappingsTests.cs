using CniBridge.Linux.Nftables;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Tests of the removal of port mappings that Go's portmap created, judged by nft and by the state that Go leaves.</summary>
public sealed class GoPortMappingsTests
{
    static string Config(string container, int port, string network = "podnet") => $$"""
        {
          "cniVersion": "1.0.0", "name": "{{network}}", "type": "portmap", "backend": "iptables",
          "capabilities": {"portMappings": true},
          "runtimeConfig": {"portMappings": [
            {"hostPort": {{port}}, "containerPort": 80, "protocol": "tcp"}, {"hostPort": {{port}}, "containerPort": 53, "protocol": "udp"}]},
          "prevResult": {
            "cniVersion": "1.0.0", "interfaces": [{"name": "eth0", "sandbox": "/some/where"}],
            "ips": [
              {"address": "10.88.0.{{container[^1]}}/24", "interface": 0}, {"address": "fd00:88::{{container[^1]}}/64", "interface": 0}]
          }
        }
        """;

    /// <summary>The mappings of three containers as Go writes them to nft, with shared chains.</summary>
    const string Nftables = """
        table ip cni_hostport {
            comment "CNI portmap plugin"
            chain hostports {
                tcp dport 8081 dnat to 10.88.0.1:80 comment "one1"
                ip daddr 192.0.2.1 udp dport 8081 dnat to 10.88.0.1:53 comment "one1"
                tcp dport 8082 dnat to 10.88.0.2:80 comment "two2"
                tcp dport 8083 dnat to 10.88.0.3:80 comment "one11"
            }
            chain hostip_hostports { }
            chain hostports_all { jump hostip_hostports; jump hostports; }
            chain masquerading {
                type nat hook postrouting priority 100;
                ip saddr 10.88.0.1 ip daddr 10.88.0.1 masquerade comment "one1"
                ip saddr 127.0.0.1 ip daddr 10.88.0.1 masquerade comment "one1"
                ip saddr 10.88.0.2 ip daddr 10.88.0.2 masquerade comment "two2"
            }
        }
        table ip6 cni_hostport {
            chain hostports { tcp dport 8081 dnat to [fd00:88::1]:80 comment "one1"; }
        }

        """;

    static void Collect(string network, params string[] living)
    {
        var valid = living.Select(container => new AttachmentJson { ContainerId = container, InterfaceName = "eth0" });
        using var socket = new NftSocket();
        new GoPortMappings(socket).CollectGarbage(
            network, ValidAttachments.Parse(new GarbageJson { ValidAttachments = [.. valid] }));
    }

    static void Delete(string network, string container)
    {
        using var socket = new NftSocket();
        new GoPortMappings(socket).Delete(network, container);
    }

    [Fact]
    public void Go_rules_of_iptables_are_removed_and_those_of_other_containers_stay() => ScratchFirewall.Run(firewall =>
    {
        firewall.Ip("link", "set", "lo", "up");
        firewall.Ip("address", "add", "10.88.0.254/24", "dev", "lo");
        firewall.Portmap("ADD", "two2", Config("two2", 8082));
        var other = firewall.Ruleset;
        firewall.Portmap("ADD", "one1", Config("one1", 8081));
        Assert.Contains(GoNames.DestinationChain("podnet", "one1"), firewall.Ruleset, StringComparison.Ordinal);

        Delete("podnet", "one1");

        Assert.Equal(other, firewall.Ruleset);
        Delete("podnet", "two2");
        var ours = firewall.Ruleset;
        firewall.Portmap("ADD", "two2", Config("two2", 8082));
        firewall.Portmap("DEL", "two2", Config("two2", 8082));
        Assert.Equal(firewall.Ruleset, ours);
        Delete("podnet", "two2");
        Assert.Equal(firewall.Ruleset, ours);
    });

    [Fact]
    public void A_chain_of_early_Go_plugins_is_removed_too() => ScratchFirewall.Run(firewall =>
    {
        var chain = GoNames.SourceChain("podnet", "one1");
        firewall.Nft($$"""
            table ip nat {
                chain {{chain}} { ip saddr 127.0.0.1 masquerade; }
                chain CNI-HOSTPORT-SNAT { jump {{chain}}; }
            }

            """, "-f", "-");
        Delete("podnet", "one1");
        Assert.DoesNotContain(chain, firewall.Ruleset, StringComparison.Ordinal);
        Assert.Contains("CNI-HOSTPORT-SNAT", firewall.Ruleset, StringComparison.Ordinal);
    });

    [Fact]
    public void Go_rules_of_nftables_are_removed_by_their_comment() => ScratchFirewall.Run(firewall =>
    {
        firewall.Nft(Nftables, "-f", "-");
        var expected = string.Concat(firewall.Ruleset.Split('\n')
            .Where(line => !line.Contains("comment \"one1\"", StringComparison.Ordinal)).Select(line => line + "\n"));
        Delete("any network", "one1");
        Assert.Equal(expected.Trim(), firewall.Ruleset.Trim());
    });

    [Fact]
    public void Only_rules_of_gone_attachments_of_the_network_are_removed() => ScratchFirewall.Run(firewall =>
    {
        firewall.Ip("link", "set", "lo", "up");
        firewall.Ip("address", "add", "10.88.0.254/24", "dev", "lo");
        firewall.Portmap("ADD", "two2", Config("two2", 8082));
        firewall.Portmap("ADD", "one1", Config("one1", 8083, "other"));
        // Stale rules are included, but no rule names its network.
        firewall.Nft(Nftables, "-f", "-");
        // The comments are cut, or name another container than the chain, or belong to another rule.
        Jump("DNAT", GoNames.DestinationChain("podnet", "cut3"), "dnat name: \"podnet\" id: \"cu...");
        Jump("DNAT", GoNames.DestinationChain("podnet", "liar4"), "dnat name: \"podnet\" id: \"one1\"");
        Jump("SNAT", "mine", "snat name: \"podnet\" id: \"one1\"");
        var others = firewall.Ruleset;
        firewall.Portmap("ADD", "one1", Config("one1", 8081));
        firewall.Portmap("ADD", "three3", Config("three3", 8084));
        Jump("SNAT", GoNames.SourceChain("podnet", "one1"), "snat name: \"podnet\" id: \"one1\"");
        Assert.Contains(GoNames.DestinationChain("podnet", "three3"), firewall.Ruleset, StringComparison.Ordinal);

        Collect("podnet", "two2");

        Assert.Equal(others, firewall.Ruleset);
        Collect("podnet", "two2");
        Assert.Equal(others, firewall.Ruleset);

        void Jump(string kind, string chain, string comment)
        {
            if (!firewall.Ruleset.Contains($"CNI-HOSTPORT-{kind} ", StringComparison.Ordinal))
                firewall.Iptables("-t", "nat", "-N", $"CNI-HOSTPORT-{kind}");
            firewall.Iptables("-t", "nat", "-N", chain);
            firewall.Iptables("-t", "nat", "-A", $"CNI-HOSTPORT-{kind}", "-m", "comment", "--comment", comment, "-j", chain);
        }
    });

    [Fact]
    public void Removal_creates_no_tables_of_the_Go_plugins() => ScratchFirewall.Run(firewall =>
    {
        Collect("podnet");
        Delete("podnet", "one1");
        Assert.Equal("", firewall.Ruleset);
    });
}

using System.Diagnostics;
using CniBridge.Linux;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>Tests of the rules in the kernel of a namespace, as nft prints them.</summary>
public sealed class PortMapRulesTests
{
    const string IPv4 = """
        table ip cni-bridge {
        	map hostport-addresses {
        		type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service
        		elements = { udp . 192.0.2.1 . 53 comment "pods/one/eth0" : 10.1.0.5 . 5353 }
        	}

        	map hostports {
        		type inet_proto . inet_service : ipv4_addr . inet_service
        		elements = { tcp . 8080 comment "pods/one/eth0" : 10.1.0.5 . 80 }
        	}

        	set hostport-senders {
        		type ipv4_addr . ipv4_addr
        		elements = { 10.1.0.5 . 10.1.0.5 comment "pods/one/eth0" }
        	}

        	set hostport-neighbours {
        		type ipv4_addr . ifname
        		elements = { 10.1.0.5 . "cni0" comment "pods/one/eth0" }
        	}

        	set hostport-masked {
        		type ipv4_addr
        		elements = { 10.1.0.5 comment "pods/one/eth0" }
        	}

        	set hostport-localhost-links {
        		type ifname
        	}

        	chain hostport-translation {
        		dnat ip to meta l4proto . ip daddr . th dport map @hostport-addresses
        		dnat ip to meta l4proto . th dport map @hostports
        	}

        	chain hostport-prerouting {
        		type nat hook prerouting priority dstnat; policy accept;
        		fib daddr type local jump hostport-translation
        	}

        	chain hostport-output {
        		type nat hook output priority -100; policy accept;
        		fib daddr type local jump hostport-translation
        	}

        	chain hostport-postrouting {
        		type nat hook postrouting priority srcnat; policy accept;
        		ct status dnat ip saddr . ip daddr @hostport-senders masquerade
        		ct status dnat ip daddr . iifname @hostport-neighbours masquerade
        		ct status dnat ip daddr @hostport-masked masquerade
        	}

        	chain hostport-localhost {
        		type filter hook prerouting priority raw; policy accept;
        		iifname @hostport-localhost-links ip daddr 127.0.0.0/8 counter drop
        	}
        }

        """;

    const string IPv6 = """
        table ip6 cni-bridge {
        	map hostport-addresses {
        		type inet_proto . ipv6_addr . inet_service : ipv6_addr . inet_service
        		elements = { sctp . 2001:db8::1 . 9 comment "pods/two/eth0" : fd00::7 . 99 }
        	}

        	map hostports {
        		type inet_proto . inet_service : ipv6_addr . inet_service
        	}

        	set hostport-senders {
        		type ipv6_addr . ipv6_addr
        		elements = { fd00::7 . fd00::7 comment "pods/two/eth0" }
        	}

        	set hostport-neighbours {
        		type ipv6_addr . ifname
        		elements = { fd00::7 . "cni0" comment "pods/two/eth0" }
        	}

        	set hostport-masked {
        		type ipv6_addr
        	}

        	chain hostport-translation {
        		dnat ip6 to meta l4proto . ip6 daddr . th dport map @hostport-addresses
        		dnat ip6 to meta l4proto . th dport map @hostports
        	}

        	chain hostport-prerouting {
        		type nat hook prerouting priority dstnat; policy accept;
        		fib daddr type local jump hostport-translation
        	}

        	chain hostport-output {
        		type nat hook output priority -100; policy accept;
        		ip6 daddr != ::1 fib daddr type local jump hostport-translation
        	}

        	chain hostport-postrouting {
        		type nat hook postrouting priority srcnat; policy accept;
        		ct status dnat ip6 saddr . ip6 daddr @hostport-senders masquerade
        		ct status dnat ip6 daddr . iifname @hostport-neighbours masquerade
        		ct status dnat ip6 daddr @hostport-masked masquerade
        	}
        }

        """;

    static HostPortRecord One => Record("one", "10.1.0.5",
        new PortMapping(TransportProtocol.Tcp, 8080, 80, IpAddress.Parse("0.0.0.0")),
        new PortMapping(TransportProtocol.Udp, 53, 5353, IpAddress.Parse("192.0.2.1"))) with
    {
        MasqueradesAll = true,
    };

    static HostPortRecord Two => Record("two", "fd00::7",
        new PortMapping(TransportProtocol.Sctp, 9, 99, IpAddress.Parse("2001:db8::1")));

    static HostPortRecord Record(string container, string address, params PortMapping[] mappings) =>
        new(new RecordOwner(new Attachment("pods", container, "eth0"), "", ""))
        {
            Mappings = mappings,
            Pods = [new PodAddress(IpAddress.Parse(address), "cni0")],
            Masquerades = true,
        };

    /// <summary>Returns the elements without those of 127.0.0.1, because the link cni0 does not exist here.</summary>
    static List<HostPortElement> Elements(params HostPortRecord[] records) =>
        [.. records.SelectMany(HostPortElement.List).Where(element => !IsOfLocalhost(element))];

    static bool IsOfLocalhost(HostPortElement element) => element.What.Contains("127.0.0.1", StringComparison.Ordinal);

    [Fact]
    public void The_ruleset_has_the_expected_rules_and_elements() => InNamespace(rules =>
    {
        rules.Apply(new HostPortChange([], Elements(One)), remakesRules: false);
        Assert.Equal(IPv4, Nft("--stateless", "list", "ruleset"));
        Assert.Equal("the set ip6 cni-bridge hostport-addresses is missing", rules.FindDamage(AddressFamily.IPv6));
        rules.Apply(new HostPortChange([], Elements(Two)), remakesRules: false);
        Assert.Equal(IPv4 + IPv6, Nft("--stateless", "list", "ruleset"));
        Assert.Null(rules.FindDamage(AddressFamily.IPv4));
        Assert.Null(rules.FindDamage(AddressFamily.IPv6));
        Assert.Equal(8, rules.List().Count);
        rules.Apply(new HostPortChange(Elements(One, Two), []), remakesRules: false);
        Assert.Empty(rules.List());
    });

    [Fact]
    public void Elements_of_another_attachment_are_refused_and_nothing_changes() => InNamespace(rules =>
    {
        rules.Apply(new HostPortChange([], Elements(One)), remakesRules: false);
        var other = Record("other", "10.1.0.9", new PortMapping(TransportProtocol.Tcp, 8081, 80, null), One.Mappings[0]);
        var refusal = Assert.Throws<KernelException>(() => rules.Apply(new HostPortChange([], Elements(other)), remakesRules: false));
        Assert.Equal(Errno.EEXIST, refusal.Errno);
        Assert.Equal(IPv4, Nft("--stateless", "list", "ruleset"));
        refusal = Assert.Throws<KernelException>(() => rules.Apply(new HostPortChange(Elements(other), []), remakesRules: false));
        Assert.Equal(Errno.ENOENT, refusal.Errno);
        Assert.Equal(IPv4, Nft("--stateless", "list", "ruleset"));
    });

    [Theory]
    [InlineData("flush ruleset")]
    [InlineData("flush table ip cni-bridge")]
    [InlineData("flush chain ip6 cni-bridge hostport-postrouting; delete chain ip6 cni-bridge hostport-postrouting")]
    [InlineData("flush set ip cni-bridge hostport-senders; flush map ip6 cni-bridge hostport-addresses")]
    [InlineData("insert rule ip cni-bridge hostport-output return")]
    [InlineData("list ruleset")]
    public void Repair_restores_everything_from_the_records(string damage) => InNamespace(rules =>
    {
        // The records include a port of any address in both families, and one that two records name. The first record has it.
        var any = Record("any", "10.1.0.8", new PortMapping(TransportProtocol.Tcp, 7070, 80, null), One.Mappings[0]);
        HostPortRecord[] records = [One, Two, any];
        rules.Restore(records);
        var whole = Sorted();
        Assert.Contains("tcp . 8080 comment \"pods/one/eth0\"", whole, StringComparison.Ordinal);
        Nft(damage.Split(' '));
        rules.Restore(records);
        Assert.Equal(whole, Sorted());
        Assert.Null(rules.FindDamage(AddressFamily.IPv4));
        Assert.Null(rules.FindDamage(AddressFamily.IPv6));
    });

    /// <summary>Returns the ruleset sorted, because new chains come last.</summary>
    static string Sorted() => string.Join('\n',
        Nft("--stateless", "list", "ruleset").Split("\n\n").SelectMany(part => part.Split('\n')).Order(StringComparer.Ordinal));

    static void InNamespace(Action<PortMapRules> test)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: a namespace is made");
        NetworkNamespace.RunInNew(() =>
        {
            using var socket = new NftSocket();
            test(new PortMapRules(socket));
            return true;
        });
    }

    /// <summary>Runs nft in the namespace of the thread.</summary>
    static string Nft(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/nft"), "nft (nftables) is not installed");
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/nft", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd());
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
        return output;
    }
}

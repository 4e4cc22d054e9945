using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Route.Links;
using CniBridge.Linux.XTables;

namespace CniBridge.Linux.Tests.XTables;

/// <summary>Tests with tables that iptables-legacy created in a namespace, and that it lists.</summary>
public sealed class XTablesSocketTests(ScratchNamespace scratch) : IClassFixture<ScratchNamespace>
{
    void Iptables(AddressFamily family, string arguments) =>
        Run(family.IsV6 ? "ip6tables-legacy" : "iptables-legacy", arguments.Split(' '));

    string Run(string program, params string[] arguments)
    {
        var (exitCode, output) = HelperProgram.Run("", "nsenter", ["--net=" + scratch.Path, program, .. arguments]);
        Assert.SkipWhen(exitCode is null or 127, $"{program} is not installed");
        Assert.SkipWhen(output.Contains("Table does not exist", StringComparison.Ordinal), "the kernel has no legacy tables");
        Assert.True(exitCode == 0, output);
        return output;
    }

    T In<T>(Func<T> look)
    {
        using var opened = scratch.Open();
        return opened.Run(look);
    }

    [Theory]
    [InlineData(AddressFamily.IPv4)]
    [InlineData(AddressFamily.IPv6)]
    public void Chains_rules_and_policies_are_read(AddressFamily family)
    {
        Load(family, "-N CNI-FORWARD", "-N pods", "-A CNI-FORWARD -i cni0 -p tcp -j ACCEPT", "-A FORWARD -i up+ -m mark --mark 1 -j ACCEPT",
            "-A INPUT -j CNI-FORWARD", "-A FORWARD -g pods", "-A FORWARD", "-P FORWARD DROP");
        var table = In(() => XTablesSocket.Read("filter", family));

        Assert.Equal(["CNI-FORWARD", "pods"], table.Chains);
        Assert.Contains(":CNI-FORWARD", Run(family.IsV6 ? "ip6tables-legacy-save" : "iptables-legacy-save"), StringComparison.Ordinal);
        Assert.Equal(["INPUT ACCEPT", "FORWARD DROP", "OUTPUT ACCEPT"], table.BaseChains.Select(chain =>
            $"{chain.Name} {(chain.Policy == Verdict.Drop ? "DROP" : "ACCEPT")}"));
        Assert.Equal([1UL, 2UL, 3UL], table.ListRules("FORWARD")!.Select(rule => rule.Handle));
        Assert.Equal([null, "pods", null], table.ListRules("FORWARD")!.Select(rule => rule.JumpTarget));
        Assert.Equal("CNI-FORWARD", Assert.Single(table.ListRules("INPUT")!).JumpTarget);
        Assert.Null(table.ListRules("nothing"));
    }

    static readonly Link s_bridge = new() { Index = 7, Name = "cni0" }, s_uplink = new() { Index = 3, Name = "eth0" };

    /// <summary>Returns a packet of a pod to the outside.</summary>
    static PacketSketch FromPod(AddressFamily family) => new(family)
    {
        Input = s_bridge,
        Output = s_uplink,
        Source = IpAddress.Parse(family.IsV6 ? "fd00:88::2" : "10.88.0.2"),
        Protocol = 6,
        IsUnmarked = true,
    };

    /// <summary>Rules of FORWARD with the policy DROP: the outcome of a new connection of the pod, and of a reply to the pod.</summary>
    public static TheoryData<string, Outcomes, Outcomes> Rules => new()
    {
        { "", Outcomes.Dropped, Outcomes.Dropped },
        { "-i cni0 -j ACCEPT", Outcomes.Accepted, Outcomes.Dropped },
        { "-o cni0 -j ACCEPT", Outcomes.Dropped, Outcomes.Accepted },
        { "-i cni -j ACCEPT", Outcomes.Dropped, Outcomes.Dropped },
        { "-i cni+ -j ACCEPT", Outcomes.Accepted, Outcomes.Dropped },
        { "! -i docker0 -j ACCEPT", Outcomes.Accepted, Outcomes.Accepted },
        { "! -o eth0 -j ACCEPT", Outcomes.Dropped, Outcomes.Accepted },
        { "-s PODS -j ACCEPT", Outcomes.Accepted, Outcomes.Accepted },
        { "-d PODS -j ACCEPT", Outcomes.Accepted, Outcomes.Accepted },
        { "! -s PODS -j ACCEPT", Outcomes.Dropped, Outcomes.Accepted },
        { "-p icmp -j ACCEPT", Outcomes.Dropped, Outcomes.Dropped },
        { "-p tcp -j ACCEPT", Outcomes.Accepted, Outcomes.Accepted },
        { "! -p tcp -j ACCEPT", Outcomes.Dropped, Outcomes.Dropped },
        { "-p tcp -m tcp --dport 80 -j ACCEPT", Outcomes.Accepted, Outcomes.Accepted },
        { "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", Outcomes.Dropped, Outcomes.Accepted },
        { "-m state --state NEW -j ACCEPT", Outcomes.Accepted, Outcomes.Dropped },
        { "-m mark --mark 0x4000/0x4000 -j ACCEPT", Outcomes.Dropped, Outcomes.Dropped },
        { "-m mark ! --mark 0x4000/0x4000 -j ACCEPT", Outcomes.Accepted, Outcomes.Accepted },
        { "-j accepting", Outcomes.Accepted, Outcomes.Dropped },
        { "-g returning", Outcomes.Dropped, Outcomes.Dropped },
        { "-m limit --limit 1/s -j ACCEPT", Outcomes.Accepted, Outcomes.Accepted },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_decides_as_iptables_says(string rule, Outcomes fromPod, Outcomes reply)
    {
        foreach (var family in AddressFamilies.All)
        {
            Load(family, "-P INPUT ACCEPT", "-A INPUT -i cni0 -j ACCEPT", "-P FORWARD DROP", "-N accepting", "-N returning",
                "-A accepting -i eth0 -j RETURN", "-A accepting -j ACCEPT", "-A returning -j RETURN");
            var (pods, icmp) = family.IsV6 ? ("fd00:88::/64", "icmpv6") : ("10.88.0.0/16", "icmp");
            if (rule.Length > 0)
            {
                Iptables(family, "-A FORWARD " +
                    rule.Replace("PODS", pods, StringComparison.Ordinal).Replace("icmp", icmp, StringComparison.Ordinal));
            }
            var table = In(() => XTablesSocket.Read("filter", family));
            var opening = FromPod(family);
            var answer = opening with
            {
                Input = s_uplink,
                Output = s_bridge,
                Source = null,
                Destination = opening.Source,
                State = ConnectionState.Reply,
            };

            Assert.Equal((family, fromPod), (family, Run(table, opening)));
            // The source of the reply is unknown, so a rule about sources may accept it.
            Assert.Equal((family, reply), (family, Run(table, answer)));
        }
    }

    static Outcomes Run(XTable table, PacketSketch packet)
    {
        var outcomes = new ChainEvaluation(new PacketState(packet), table)
            .Run(table.BaseChains.Single(chain => chain.Hook is { IsForward: true }));
        return outcomes.HasFlag(Outcomes.Accepted) ? Outcomes.Accepted : outcomes;
    }

    /// <summary>Replaces all chains and rules of the filter table.</summary>
    void Load(AddressFamily family, params string[] rules)
    {
        foreach (var rule in (string[])["-P INPUT ACCEPT", "-P FORWARD ACCEPT", "-F", "-X", .. rules])
            Iptables(family, rule);
    }

    [Fact]
    public void A_table_without_the_hook_has_no_such_chain()
    {
        Iptables(AddressFamily.IPv4, "-t nat -N CNI-HOSTPORT-DNAT");
        var nat = In(() => XTablesSocket.Read("nat", AddressFamily.IPv4));
        Assert.Equal(["CNI-HOSTPORT-DNAT"], nat.Chains);
        Assert.DoesNotContain(nat.BaseChains, chain => chain.Name == "FORWARD");
        Assert.All(nat.BaseChains, chain => Assert.Equal("nat", chain.Hook!.Type));
        Assert.Contains("nat", In(() => XTablesSocket.ListNames(AddressFamily.IPv4)));
    }

    [Fact]
    public void An_unused_table_does_not_exist_and_is_not_created()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: a namespace is made");
        Assert.Empty(NetworkNamespace.RunInNew(() => XTablesSocket.ListNames(AddressFamily.IPv4)));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(112)]
    [InlineData(170)]
    public void A_truncated_value_is_refused(int length)
    {
        var entries = new byte[length];
        entries[88] = 112;
        entries[90] = 200;
        Assert.Throws<InvalidDataException>(() => XTable.Decode(new byte[XTable.InfoSize], entries, AddressFamily.IPv4));
        entries[90] = (byte)length;
        entries[88] = 255;
        Assert.Throws<InvalidDataException>(() => XTable.Decode(new byte[XTable.InfoSize], entries, AddressFamily.IPv4));
    }
}

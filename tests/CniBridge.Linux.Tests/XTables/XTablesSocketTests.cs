using CniBridge.Linux.Addresses;
using CniBridge.Linux.Namespaces;
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
    public void Chains_policy_and_accepting_rules_are_read(AddressFamily family)
    {
        foreach (var rule in (
            string[])["-N CNI-FORWARD", "-A CNI-FORWARD -i cni0 -p tcp -j ACCEPT", "-A FORWARD -i up+ -m mark --mark 1 -j ACCEPT",
            "-A INPUT -j CNI-FORWARD", "-A FORWARD -j DROP"])
            Iptables(family, rule);
        var open = In(() => XTablesSocket.Read("filter", family));
        Assert.Equal(["CNI-FORWARD"], open.Chains);
        Assert.Contains(":CNI-FORWARD", Run(family.IsV6 ? "ip6tables-legacy-save" : "iptables-legacy-save"), StringComparison.Ordinal);
        Assert.False(open.DropsForwarded);
        Assert.Equal([true, true, true, false, false], ((string[])["cni0", "up", "up7", "cni", "docker0"]).Select(open.MayAccept));

        Iptables(family, "-P FORWARD DROP");
        Assert.True(In(() => XTablesSocket.Read("filter", family)).DropsForwarded);
        Iptables(family, "-P FORWARD ACCEPT");
        Iptables(family, "-P INPUT DROP");
        Assert.False(In(() => XTablesSocket.Read("filter", family)).DropsForwarded);
        Iptables(family, "-A FORWARD -j ACCEPT");
        Assert.True(In(() => XTablesSocket.Read("filter", family)).MayAccept("docker0"));
        foreach (var rule in (string[])["-P INPUT ACCEPT", "-F", "-X"])
            Iptables(family, rule);
        Assert.Empty(In(() => XTablesSocket.Read("filter", family)).Chains);
    }

    [Fact]
    public void A_table_without_the_hook_drops_no_packets_of_it()
    {
        Iptables(AddressFamily.IPv4, "-t nat -N CNI-HOSTPORT-DNAT");
        var nat = In(() => XTablesSocket.Read("nat", AddressFamily.IPv4));
        Assert.Equal(["CNI-HOSTPORT-DNAT"], nat.Chains);
        Assert.False(nat.DropsForwarded);
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

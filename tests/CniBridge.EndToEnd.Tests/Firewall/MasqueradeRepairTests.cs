using CniBridge.EndToEnd.Tests.Support;
using static CniBridge.EndToEnd.Tests.Firewall.MasqueradeNode;

namespace CniBridge.EndToEnd.Tests.Firewall;

/// <summary>Tests of CHECK and repair of damaged masquerade rules.</summary>
[RunsFirst]
public sealed class MasqueradeRepairTests
{
    [Fact]
    public void After_a_flush_of_the_ruleset_CHECK_fails_and_the_next_ADD_restores_the_rules()
    {
        using var node = NewNode("pod", "second");
        var outside = new OutsideWorld(node);
        var added = Add(node, "pod");
        var before = Ruleset(node);
        Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
        Assert.Equal("", Call(node, "STATUS", "pod", """{"ipMasq": true, "cniVersion": "1.1.0"}""").Succeed().Stderr);

        foreach (var (family, damage) in new[]
        {
            ("ip", "flush ruleset"), ("ip", "delete table ip cni-bridge"), ("ip6", "delete table ip6 cni-bridge"),
        })
        {
            node.Run("nft", damage.Split(' ')).Succeeded();
            Call(node, "CHECK", "pod").WithPrevious(added).Fail(999, "podnet", $"missing or incomplete chain {family} cni-bridge masq-");
            var status = Call(node, "STATUS", "pod", """{"ipMasq": true, "cniVersion": "1.1.0"}""").Succeed();
            Assert.Contains($" of {family} cni-bridge is missing or incomplete", status.Stderr, StringComparison.Ordinal);
            Add(node, "second");
            Assert.Equal(before, Ruleset(node));
            Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
            Call(node, "DEL", "second").Succeed();
        }
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.HostV4));
    }

    [Theory]
    [InlineData("flush ruleset")]
    [InlineData("delete table ip6 cni-bridge")]
    [InlineData("flush chain ip cni-bridge CHAIN")]
    [InlineData("flush set ip cni-bridge CHAIN-from")]
    [InlineData("delete element ip cni-bridge CHAIN-inside { 224.0.0.0/4 }")]
    [InlineData("add chain ip cni-bridge PREFIX0123abcd")]
    public void Repair_restores_only_missing_rules(string damage)
    {
        using var node = NewNode("pod", "second");
        var outside = new OutsideWorld(node);
        node.Run("nft", ["-f", "-"], Foreign).Succeeded();
        var added = Add(node, "pod");
        Add(node, "second", OtherNetwork);
        var whole = Ruleset(node);
        Assert.Equal("nothing was missing\n", Repair(node));
        var chain = Ours(node, "chain").Select(item => item.GetProperty("name").GetString()!)
            .First(name => node.Run("nft", "list", "chain", "ip", "cni-bridge", name).Stdout.Contains("podnet", StringComparison.Ordinal));
        node.Run("nft", damage.Replace("CHAIN", chain, StringComparison.Ordinal)
            .Replace("PREFIX", chain[..^8], StringComparison.Ordinal)).Succeeded();
        if (damage == "flush ruleset")
            node.Run("nft", ["-f", "-"], Foreign).Succeeded();

        Assert.Contains("masquerading of the network podnet", Repair(node), StringComparison.Ordinal);

        Assert.Equal(Sorted(whole), Sorted(Ruleset(node)));
        Assert.Equal("nothing was missing\n", Repair(node));
        Call(node, "CHECK", "pod").WithPrevious(added).Succeed();
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("pod", OutsideWorld.HostV4));
    }

    [Fact]
    public void Repair_keeps_former_ranges_and_the_comments_that_ADD_needs()
    {
        using var node = NewNode("old", "new", "next");
        var outside = new OutsideWorld(node);
        const string range = """{"ipMasq": true, "ipam": {"type": "host-local", "subnet": "10.SECOND.0.0/24"}}""";
        var newRange = range.Replace("SECOND", "89", StringComparison.Ordinal);
        Add(node, "old", range.Replace("SECOND", "88", StringComparison.Ordinal));
        Add(node, "new", newRange);
        var before = Ruleset(node);

        node.Run("nft", "flush", "ruleset").Succeeded();
        Repair(node);
        Assert.Equal(before, Ruleset(node));
        var handles = Handles(node);
        Add(node, "next", newRange);
        Assert.Equal(handles, Handles(node));
        Assert.Equal(OutsideWorld.NodeV4, outside.SenderSeen("old", OutsideWorld.HostV4));
    }

    [Theory]
    [InlineData("flush chain ip cni-bridge CHAIN")]
    [InlineData("insert rule ip cni-bridge CHAIN return; flush chain ip cni-bridge CHAIN; add rule ip cni-bridge CHAIN masquerade")]
    [InlineData("flush set ip cni-bridge CHAIN-from")]
    [InlineData("flush set ip cni-bridge CHAIN-inside")]
    [InlineData("delete element ip cni-bridge CHAIN-inside { 224.0.0.0/4 }")]
    public void CHECK_finds_any_damage(string damage)
    {
        using var node = NewNode("pod");
        var added = Add(node, "pod");
        var chain = Objects(node, "chain").Single(item => Family(item) == "ip").GetProperty("name").GetString();
        node.Run("nft", damage.Replace("CHAIN", chain, StringComparison.Ordinal)).Succeeded();
        Call(node, "CHECK", "pod").WithPrevious(added).Fail(999, "podnet", "ip cni-bridge");
    }
}

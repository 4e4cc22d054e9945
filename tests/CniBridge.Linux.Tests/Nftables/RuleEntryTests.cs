using CniBridge.Linux.Addresses;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Tests.Netlink;
using static CniBridge.Linux.Tests.Nftables.Rulesets;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class RuleEntryTests
{
    [Fact]
    public void A_rule_is_decoded()
    {
        var rule = Assert.Single(Answer.Decode("nft-rules", RuleEntry.Decode));
        Assert.Equal(("cni", "leaving", 5ul, "network podnet"), (rule.Table, rule.Chain, rule.Handle, rule.Comment));
        Assert.Equal(
            ["payload", "lookup", "payload", "lookup", "counter", "masq"], rule.Expressions.Select(expression => expression.Name));
    }

    [Theory]
    [InlineData("nft-rules", "nft-masquerade")]
    [InlineData("nft-rules-host-ports", "nft-host-ports")]
    public void The_decoded_rule_equals_the_requested_one(string answer, string ruleset)
    {
        foreach (var rule in Answer.Decode(answer, RuleEntry.Decode))
        {
            var ours = Of(ruleset).Messages.OfType<NewRule>().Where(ours => ours.Chain.Name == rule.Chain);
            Assert.Contains(ours, ours => rule.Does(ours.Expressions));
        }
    }

    public static TheoryData<string, Expression[]> Others => new()
    {
        { "fewer steps", Steps(new Masquerade { IsFullyRandom = true })[..^1] },
        { "more steps", [.. Steps(new Masquerade { IsFullyRandom = true }), new Decide(Verdict.Accept)] },
        { "another step", Steps(new Decide(Verdict.Accept)) },
        { "no flags", Steps(new Masquerade()) },
        { "other flags", Steps(new Masquerade { IsRandom = true }) },
        { "another set", Steps(new Masquerade { IsFullyRandom = true }, Lookup.NotIn(Cni.Set("pods"))) },
        { "not negated", Steps(new Masquerade { IsFullyRandom = true }, Lookup.In(Cni.Set("inside"))) },
    };

    [Theory]
    [MemberData(nameof(Others), DisableDiscoveryEnumeration = true)]
    public void A_rule_with_another_effect_is_not_equal(string what, Expression[] expressions) =>
        Assert.False(Assert.Single(Answer.Decode("nft-rules", RuleEntry.Decode)).Does(expressions), what);

    [Fact]
    public void Counters_do_not_affect_equality() =>
        Assert.True(new ExpressionEntry("counter", Golden.Bytes("0c 00 01 00 00 00 00 00 00 00 00 07")).Is(new Counter()));

    [Fact]
    public void A_translation_to_another_register_is_not_equal()
    {
        var nat = Answer.Decode("nft-rules-host-ports", RuleEntry.Decode)[0].Expressions[^1];
        Assert.True(nat.Is(Nat.Destination(AddressFamily.IPv4, address: 0, port: 1)));
        Assert.False(nat.Is(Nat.Destination(AddressFamily.IPv4, address: 0, port: 2)));
        Assert.False(nat.Is(Nat.Destination(AddressFamily.IPv4, address: 0, port: null)));
        Assert.False(nat.Is(Nat.Destination(AddressFamily.IPv4, address: 0, port: 1) with { IsFullyRandom = true }));
        Assert.False(nat.Is(Nat.Destination(AddressFamily.IPv6, address: 0, port: 1)));
        Assert.False(nat.Is(Nat.Source(AddressFamily.IPv4, address: 0, port: 1)));
    }

    static Expression[] Steps(Expression last, Lookup? second = null) =>
    [
        Payload.SourceAddress(AddressFamily.IPv4), Lookup.In(Cni.Set("pods")),
        Payload.DestinationAddress(AddressFamily.IPv4), second ?? Lookup.NotIn(Cni.Set("inside")),
        new Counter(), last,
    ];
}

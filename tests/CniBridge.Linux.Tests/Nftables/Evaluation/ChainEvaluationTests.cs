using CniBridge.Linux.Addresses;
using CniBridge.Linux.Netlink;
using CniBridge.Linux.Nftables.Evaluation;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using static CniBridge.Linux.Nftables.Evaluation.Outcomes;

namespace CniBridge.Linux.Tests.Nftables.Evaluation;

public sealed class ChainEvaluationTests
{
    static readonly TableName s_table = new(TableFamily.IPv4, "theirs");

    /// <summary>Parses a rule in short form: accept, drop, return, jump:CHAIN or goto:CHAIN. A ? marks a rule that may not match.</summary>
    static RuleEntry Rule(string chain, string text, int handle)
    {
        var words = text.TrimEnd('?').Split(':');
        var verdict = words[0] switch
        {
            "accept" => Verdict.Accept,
            "drop" => Verdict.Drop,
            "return" => Verdict.Return,
            "jump" => Verdict.Jump(s_table.Chain(words[1])),
            _ => Verdict.Goto(s_table.Chain(words[1])),
        };
        ExpressionEntry[] condition = text.EndsWith('?') ? [new ExpressionEntry("limit", [])] : [];
        return new RuleEntry("theirs", chain) { Handle = (ulong)handle, Expressions = [.. condition, Entry(new Decide(verdict))] };
    }

    static ExpressionEntry Entry(Expression expression)
    {
        var writer = new MessageWriter(new byte[64]);
        expression.WriteReportedData(ref writer);
        return new ExpressionEntry(expression.Name, writer.Written.ToArray());
    }

    /// <param name="chains">CHAIN = RULE RULE; the first is the base chain. Missing chains cannot be listed.</param>
    static (Outcomes, string) Run(string policy, string chains, List<string>? listed = null)
    {
        var rules = chains.Split(';', StringSplitOptions.TrimEntries).Select(text => text.Split('=', StringSplitOptions.TrimEntries))
            .ToDictionary(parts => parts[0], parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select((rule, i) => Rule(parts[0], rule, i + 1)).ToList());
        var evaluation = new ChainEvaluation(new PacketState(new PacketSketch(Family: AddressFamily.IPv4)), new FakeTable(name =>
        {
            listed?.Add(name);
            return rules.GetValueOrDefault(name);
        }));
        var outcomes = evaluation.Run(new ChainEntry(TableFamily.IPv4, "theirs", "base")
        {
            Hook = ChainHook.FilterForward,
            Policy = policy == "drop" ? Verdict.Drop : Verdict.Accept,
        });
        return (outcomes, evaluation.Dropping is { } rule ? $"{rule.Chain} {rule.Handle}" : "");
    }

    [Theory]
    [InlineData("drop", "base =", Dropped, "")]
    [InlineData("accept", "base =", Accepted, "")]
    [InlineData("drop", "base = accept", Accepted, "")]
    [InlineData("accept", "base = drop", Dropped, "base 1")]
    [InlineData("drop", "base = accept?", Accepted, "")]
    [InlineData("drop", "base = drop?", Dropped, "")]
    [InlineData("accept", "base = drop? drop", Dropped, "base 2")]
    [InlineData("accept", "base = drop?", Accepted | Dropped, "")]
    [InlineData("drop", "base = return accept", Dropped, "")]
    [InlineData("drop", "base = return? accept", Accepted | Dropped, "")]
    [InlineData("accept", "base = jump:a drop; a = return drop", Dropped, "base 2")]
    [InlineData("accept", "base = jump:a drop; a = return? drop", Dropped, "base 2")]
    [InlineData("accept", "base = jump:a accept; a = return? drop", Accepted | Dropped, "a 2")]
    [InlineData("accept", "base = jump:a; a = drop", Dropped, "a 1")]
    [InlineData("drop", "base = jump:a; a = jump:b; b = accept", Accepted, "")]
    [InlineData("drop", "base = goto:a accept; a =", Dropped, "")]
    [InlineData("drop", "base = goto:a? accept; a =", Accepted | Dropped, "")]
    [InlineData("drop", "base = jump:a accept; a = goto:b drop; b =", Accepted, "")]
    [InlineData("accept", "base = jump:a drop; a = goto:b accept; b = return", Dropped, "base 2")]
    public void A_verdict_contains_every_possible_outcome(string policy, string chains, Outcomes expected, string dropping) =>
        Assert.Equal((expected, dropping), Run(policy, chains));

    [Fact]
    public void A_rule_that_cannot_be_listed_may_accept_or_drop() =>
        Assert.Equal(Accepted | Dropped, Run("drop", "base = jump:elsewhere").Item1);

    [Fact]
    public void Chains_that_jump_to_each_other_may_accept_or_drop() =>
        Assert.Equal(Accepted | Dropped, Run("drop", "base = jump:a; a = jump:b; b = jump:a").Item1);

    [Theory]
    [InlineData("base = accept? jump:a; a = drop", "base")]
    [InlineData("base = drop jump:a; a = drop", "base")]
    [InlineData("base = jump:a? jump:a? jump:a?; a = jump:b? jump:b?; b = drop?", "base a b")]
    public void Each_needed_chain_is_listed_once(string chains, string expected)
    {
        var listed = new List<string>();
        Run("drop", chains, listed);
        Assert.Equal(expected.Split(' '), listed);
    }
}

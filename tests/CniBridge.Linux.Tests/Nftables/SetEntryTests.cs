using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Sets;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class SetEntryTests
{
    [Fact]
    public void Sets_are_decoded()
    {
        var sets = Answer.Decode("nft-sets", SetEntry.Decode);
        Assert.Equal(["pods", "inside"], sets.Select(set => set.Name));
        Assert.All(sets, set => Assert.Equal("cni", set.Table));
        Assert.Equal([3ul, 4ul], sets.Select(set => set.Handle));
        Assert.Equal(["", "not to be masqueraded"], sets.Select(set => set.Comment));
        Assert.Equal([false, true], sets.Select(set => set.IsInterval));
        Assert.All(sets, set => Assert.False(set.IsMap || set.IsVerdictMap));
    }

    [Theory]
    [InlineData("nft-sets", "nft-masquerade")]
    [InlineData("nft-sets-host-ports", "nft-host-ports")]
    public void Only_the_created_set_has_the_requested_types(string answer, string ruleset)
    {
        var ours = Rulesets.Of(ruleset).Messages.OfType<NewSet>().ToList();
        foreach (var set in Answer.Decode(answer, SetEntry.Decode))
        {
            var same = Assert.Single(ours, set.Is);
            Assert.Equal(set.Name, same.Set.Name);
            Assert.False(set.Is(same with { IsInterval = !same.IsInterval }));
            Assert.False(set.Is(same with { IsVerdictMap = true, Data = [] }));
            Assert.False(set.Is(same with { Data = [DataType.Port] }));
        }
    }
}

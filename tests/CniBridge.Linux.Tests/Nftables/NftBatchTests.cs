using CniBridge.Linux.Nftables;
using CniBridge.Linux.Nftables.Expressions;
using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Nftables.Sets;
using static CniBridge.Linux.Tests.Nftables.Rulesets;

namespace CniBridge.Linux.Tests.Nftables;

/// <summary>Tests of batches against those of nft, message by message.</summary>
public sealed class NftBatchTests
{
    [Theory]
    [InlineData("nft-masquerade")]
    [InlineData("nft-spoof-check")]
    [InlineData("nft-host-ports")]
    [InlineData("nft-guards")]
    [InlineData("nft-sets")]
    [InlineData("nft-nat")]
    [InlineData("nft-filter")]
    public void The_messages_for_a_ruleset_equal_those_of_nft(string capture) => NftCapture.AssertSameBatch(capture, Of(capture));

    [Fact]
    public void The_messages_for_deletions_equal_those_of_nft() => NftCapture.AssertSameBatch("nft-delete", new NftBatch()
        .DeleteElements(Cni.Set("pods"), Element("10.1.0.7"))
        .DeleteElements(Cni.Set("inside"), Interval.Create(Addresses("10.1.0.0/16")))
        .Add(
            new FlushChain(Cni.Chain("postrouting")),
            new DeleteRule(Cni.Chain("leaving"), 5),
            new FlushSet(Cni.Set("pods")),
            new DeleteSet(Cni.Set("pods")),
            new DeleteChain(Cni.Chain("leaving")),
            new DeleteTable(Cni)));

    [Fact]
    public void The_deletion_of_concatenated_elements_equals_that_of_nft()
    {
        var table = new TableName(TableFamily.Bridge, "cni");
        NftCapture.AssertSameBatch("nft-spoof-check-delete", new NftBatch()
            .DeleteElements(table.Set("ports"), new SetElement(Field.InterfaceName("veth0")))
            .DeleteElements(table.Set("senders"), Sender("veth0", 1)));
    }

    [Fact]
    public void The_messages_that_position_rules_equal_those_of_nft() => NftCapture.AssertSameBatch("nft-insert", new NftBatch().Add(
        new NewElements(Cni.Set("pods"), Element("10.1.0.9")) { IsExclusive = true },
        new NewRule(Cni.Chain("leaving"), new Counter(), new Decide(Verdict.Accept)) { IsInserted = true, Comment = "first" },
        new NewRule(Cni.Chain("leaving"), new Counter(), new Decide(Verdict.Drop)) { Position = 5 },
        new NewRule(Cni.Chain("leaving"), new Decide(Verdict.Return)) { IsInserted = true, Position = 5 }));

    [Fact]
    public void Only_the_last_change_requests_an_answer_and_numbers_are_consecutive()
    {
        var messages = NftCapture.Split(NftCapture.Encode(Masquerade()));
        Assert.Equal(Enumerable.Range(0, messages.Count), messages.Select(message => BitConverter.ToInt32(message, 8)));
        Assert.Equal(messages[^2], Assert.Single(messages, message => (message[6] & 4) != 0));
    }

    [Fact]
    public void Exclusive_elements_are_split_into_messages_too()
    {
        var elements = Enumerable.Repeat(Element("10.1.0.7"), NewElements.MostPerMessage + 1).ToArray();
        var messages = new NftBatch().CreateElements(Cni.Set("pods"), elements).Messages.Cast<NewElements>().ToList();
        Assert.Equal([NewElements.MostPerMessage, 1], messages.Select(message => message.Elements.Length));
        Assert.All(messages, message => Assert.True(message.IsExclusive));
        Assert.All(new NftBatch().AddElements(Cni.Set("pods"), elements).Messages.Cast<NewElements>(),
            message => Assert.False(message.IsExclusive));
    }

    // The kernel stores the length of a list in 16 bits.
    [Fact]
    public void The_largest_elements_fit_into_one_message()
    {
        var longest = new string('x', 127);
        var elements = Enumerable.Repeat(new SetElement(new byte[64])
        {
            KeyEnd = new byte[64],
            Verdict = Verdict.Jump(Cni.Chain(new string('c', 255))),
            Comment = longest,
            IsIntervalEnd = true,
            IsOpen = true,
        }, NewElements.MostPerMessage + 1).ToArray();
        var messages = NftCapture.Split(NftCapture.Encode(new NftBatch().AddElements(Cni.Set(longest), elements)));
        Assert.Equal(4, messages.Count);
        Assert.True(messages[1].Length < 65536);
    }

    static CniBridge.Linux.Addresses.Cidr Addresses(string cidr) => CniBridge.Linux.Addresses.Cidr.Parse(cidr);
}

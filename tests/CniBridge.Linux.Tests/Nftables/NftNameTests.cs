using CniBridge.Linux.Nftables.Protocol;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class NftNameTests
{
    [Theory]
    [InlineData("cni")]
    [InlineData("_a")]
    [InlineData(".a")]
    [InlineData("CNI-DN-0a1b")]
    [InlineData("a/b_c.d")]
    public void Names_that_nft_can_read_are_valid(string name) => Assert.Equal(name, NftName.Checked(name));

    [Theory]
    [InlineData("")]
    [InlineData("1a")]
    [InlineData("-a")]
    [InlineData("a b")]
    [InlineData("a\0")]
    [InlineData("a;b")]
    [InlineData("a\"")]
    [InlineData("ä")]
    public void Invalid_names_are_refused(string name)
    {
        Assert.Throws<ArgumentException>(() => new TableName(TableFamily.Inet, name));
        Assert.Throws<ArgumentException>(() => Rulesets.Cni.Chain(name));
        Assert.Throws<ArgumentException>(() => Rulesets.Cni.Set(name));
    }

    // NFT_NAME_MAXLEN counts the zero.
    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        Assert.Equal(255, NftName.Checked(new string('a', 255)).Length);
        Assert.Throws<ArgumentException>(() => NftName.Checked(new string('a', 256)));
    }

    [Theory]
    [InlineData(TableFamily.Inet, "inet cni postrouting")]
    [InlineData(TableFamily.IPv4, "ip cni postrouting")]
    [InlineData(TableFamily.IPv6, "ip6 cni postrouting")]
    [InlineData(TableFamily.Bridge, "bridge cni postrouting")]
    public void Names_are_written_as_nft_writes_them(TableFamily family, string text)
    {
        Assert.Equal(text, new TableName(family, "cni").Chain("postrouting").ToString());
        Assert.Equal(text, new TableName(family, "cni").Set("postrouting").ToString());
    }
}

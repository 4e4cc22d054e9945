using CniBridge.Linux.Nftables.Protocol;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class UserDataTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("00", "")]
    [InlineData("00 00", "")]
    [InlineData("00 03 68 69 00", "hi")]
    [InlineData("00 02 68 69", "hi")]
    [InlineData("00 03 68 69", "")]
    [InlineData("00 ff 68 69", "")]
    [InlineData("07 04 00 00 00 00 00 03 68 69 00", "hi")]
    [InlineData("07 05 00 00 00 00 00 03 68 69 00", "")]
    [InlineData("07 ff 00 00 00 00 00 03 68 69 00", "")]
    public void A_comment_is_found_if_it_exists(string bytes, string comment) =>
        Assert.Equal(comment, UserData.FindComment(Golden.Bytes(bytes)));

    [Fact]
    public void A_comment_is_written_with_a_zero()
    {
        var data = new UserData(new byte[64]);
        data.Add(0, 0x01020304);
        data.AddComment(7, "hi");
        data.AddComment(8, "");
        Golden.AssertEqual(Golden.Bytes("00 04 04 03 02 01 07 03 68 69 00"), data.Written);
    }

    // nft prints comments unchanged between quotes, and accepts at most 128 bytes with the zero.
    [Theory]
    [InlineData("a \"b\"")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("128")]
    [InlineData("ä128")]
    public void A_comment_that_nft_could_not_read_back_is_refused(string comment) => Assert.Throws<ArgumentException>(() =>
    {
        var data = new UserData(new byte[512]);
        data.AddComment(0, comment.Replace("128", new string('x', 128 - (comment.Length - 3)), StringComparison.Ordinal));
    });

    [Fact]
    public void A_comment_may_have_127_bytes()
    {
        var data = new UserData(new byte[256]);
        data.AddComment(0, new string('x', 127));
        Assert.Equal(130, data.Written.Length);
    }
}

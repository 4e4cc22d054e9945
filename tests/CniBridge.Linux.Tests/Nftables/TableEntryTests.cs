using CniBridge.Linux.Nftables.Protocol;
using CniBridge.Linux.Nftables.Rules;
using CniBridge.Linux.Tests.Netlink;

namespace CniBridge.Linux.Tests.Nftables;

public sealed class TableEntryTests
{
    [Theory]
    [InlineData("nft-table")]
    [InlineData("nft-tables")]
    public void A_table_is_decoded(string capture) => Assert.Equal(
        new TableEntry(TableFamily.IPv4, "cni", 1, "masquerade of pods"),
        Assert.Single(Answer.Decode(capture, TableEntry.Decode)));

    [Theory]
    [InlineData("02 00 00 00 08 00 02 00 00 00 00 01", true)]
    [InlineData("02 00 00 00 08 00 02 00 00 00 00 02", false)]
    [InlineData("02 00 00 00", false)]
    public void A_dormant_table_is_recognized(string payload, bool isDormant) =>
        Assert.Equal(isDormant, TableEntry.Decode(Golden.Bytes(payload)).IsDormant);

    [Theory]
    [InlineData("02 00 00", "header cut short")]
    [InlineData("02 00 00 00 08 00 04 00 00 00 00 01", "handle of four bytes")]
    [InlineData("02 00 00 00 08 00 01 00 63 6e", "name longer than the rest")]
    public void Impossible_values_are_refused(string payload, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {TableEntry.Decode(Golden.Bytes(payload))}");
}

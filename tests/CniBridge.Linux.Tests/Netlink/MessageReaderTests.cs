using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Tests.Netlink;

public sealed class MessageReaderTests
{
    const string RestOfHeader = "10 00 02 00 07 00 00 00 00 00 00 00";

    [Theory]
    [InlineData("10", "header cut short by fifteen bytes")]
    [InlineData("10 00 00 00 10 00 02 00 07 00 00 00 00 00 00", "header cut short by one byte")]
    [InlineData("00 00 00 00" + RestOfHeader, "length zero")]
    [InlineData("0f 00 00 00" + RestOfHeader, "shorter than its header")]
    [InlineData("11 00 00 00" + RestOfHeader, "longer than the rest by one byte")]
    [InlineData("00 00 00 80" + RestOfHeader, "length negative as an int")]
    [InlineData("ff ff ff ff" + RestOfHeader, "greatest length")]
    [InlineData("10 00 00 00" + RestOfHeader + "10 00 00 00", "second header cut short")]
    public void An_impossible_length_is_refused(string bytes, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {Count(bytes)}");

    [Theory]
    [InlineData("", 0)]
    [InlineData("10 00 00 00" + RestOfHeader, 1)]
    [InlineData("11 00 00 00" + RestOfHeader + "ff", 1)]
    [InlineData("11 00 00 00" + RestOfHeader + "ff 00 00 00" + "10 00 00 00" + RestOfHeader, 2)]
    public void Messages_are_read_with_their_padding(string bytes, int count) =>
        Assert.Equal(count, Count(bytes));

    [Fact]
    public void The_fields_of_a_header_are_read()
    {
        var reader = new MessageReader(Golden.Bytes("12 00 00 00 10 00 02 00 07 00 00 00 09 00 00 00 aa bb"));
        Assert.True(reader.Read());
        Assert.Equal((16, 2, 7u), (reader.Type, reader.Flags, reader.Sequence));
        Assert.Equal([0xaa, 0xbb], reader.Payload.ToArray());
        Assert.False(reader.Read());
    }

    static int Count(string bytes)
    {
        var count = 0;
        var reader = new MessageReader(Golden.Bytes(bytes));
        while (reader.Read())
            count++;
        return count;
    }
}

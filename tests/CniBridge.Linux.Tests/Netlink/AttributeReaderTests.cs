using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Tests.Netlink;

public sealed class AttributeReaderTests
{
    [Theory]
    [InlineData("01", "header cut short by three bytes")]
    [InlineData("08 00 01", "header cut short by one byte")]
    [InlineData("00 00 01 00", "length zero")]
    [InlineData("03 00 01 00", "shorter than its header")]
    [InlineData("05 00 01 00", "longer than the rest by one byte")]
    [InlineData("ff ff 01 00 00 00 00 00", "longer than the rest")]
    [InlineData("05 00 01 00 07 00 00 00 04", "second header cut short")]
    public void An_impossible_length_is_refused(string bytes, string what) =>
        Assert.Throws<InvalidDataException>(() => _ = $"{what}: {Types(bytes).Count}");

    [Theory]
    [InlineData("", "")]
    [InlineData("04 00 01 00", "1")]
    [InlineData("05 00 01 00 07 00 00 00 04 00 02 00", "1 2")]
    // The last padding may be missing.
    [InlineData("04 00 02 00 05 00 01 00 07", "2 1")]
    // NLA_F_NESTED and NLA_F_NET_BYTEORDER are no part of the type.
    [InlineData("04 00 01 80 04 00 02 40 04 00 03 c0", "1 2 3")]
    public void Attributes_are_read_with_their_padding(string bytes, string types) =>
        Assert.Equal(types, string.Join(' ', Types(bytes)));

    [Fact]
    public void Values_of_the_requested_size_are_read()
    {
        var reader = new AttributeReader(Golden.Bytes("08 00 01 00 fe ff ff ff 05 00 02 00 07 00 00 00"));
        Assert.True(reader.Read());
        Assert.Equal(-2, reader.Int32);
        Assert.Equal(0xfffffffe, reader.UInt32);
        Assert.True(reader.Read());
        Assert.Equal(7, reader.Byte);
        Assert.False(reader.Read());
    }

    [Fact]
    public void Numbers_of_netfilter_are_big_endian()
    {
        Assert.Equal(0x0102, First("06 00 01 00 01 02").UInt16BigEndian);
        Assert.Equal(0x01020304u, First("08 00 01 00 01 02 03 04").UInt32BigEndian);
        Assert.Equal(0x0102030405060708ul, First("0c 00 01 00 01 02 03 04 05 06 07 08").UInt64BigEndian);
        Assert.Throws<InvalidDataException>(() => First("08 00 01 00 01 02 03 04").UInt64BigEndian);
        Assert.Throws<InvalidDataException>(() => First("0c 00 01 00 01 02 03 04 05 06 07 08").UInt32BigEndian);
        Assert.Throws<InvalidDataException>(() => First("08 00 01 00 01 02 03 04").UInt16BigEndian);
    }

    [Theory]
    [InlineData("04 00 01 80", true)]
    [InlineData("04 00 01 40", false)]
    [InlineData("04 00 01 00", false)]
    public void A_flag_marks_an_attribute_as_nested(string bytes, bool isNested) =>
        Assert.Equal(isNested, First(bytes).IsNested);

    [Theory]
    [InlineData("04 00 01 00")]
    [InlineData("05 00 01 00 07")]
    [InlineData("07 00 01 00 07 00 00")]
    [InlineData("0c 00 01 00 07 00 00 00 00 00 00 00")]
    public void A_number_of_another_size_is_refused(string bytes)
    {
        Assert.Throws<InvalidDataException>(() => First(bytes).UInt32);
        Assert.Throws<InvalidDataException>(() => First(bytes).Int32);
    }

    [Theory]
    [InlineData("04 00 01 00")]
    [InlineData("06 00 01 00 07 00")]
    public void A_byte_of_another_size_is_refused(string bytes) =>
        Assert.Throws<InvalidDataException>(() => First(bytes).Byte);

    [Theory]
    [InlineData("04 00 01 00", "")]
    [InlineData("05 00 01 00 00", "")]
    [InlineData("06 00 01 00 65 30", "e0")]
    [InlineData("07 00 01 00 65 30 00", "e0")]
    [InlineData("08 00 01 00 65 30 00 78", "e0")]
    public void A_text_ends_at_a_zero_or_with_the_attribute(string bytes, string text) =>
        Assert.Equal(text, First(bytes).Text);

    static AttributeReader First(string bytes)
    {
        var reader = new AttributeReader(Golden.Bytes(bytes));
        Assert.True(reader.Read());
        return reader;
    }

    static List<ushort> Types(string bytes)
    {
        var types = new List<ushort>();
        var reader = new AttributeReader(Golden.Bytes(bytes));
        while (reader.Read())
            types.Add(reader.Type);
        return types;
    }
}

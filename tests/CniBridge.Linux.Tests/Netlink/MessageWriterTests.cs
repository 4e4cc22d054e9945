using CniBridge.Linux.Netlink;

namespace CniBridge.Linux.Tests.Netlink;

public sealed class MessageWriterTests
{
    [Fact]
    public void Nested_attributes_are_padded_but_their_length_excludes_the_padding()
    {
        var writer = new MessageWriter(new byte[64]);
        var nest = writer.Begin(18);
        writer.Attribute(1, (byte)7);
        writer.Attribute(2, "e0");
        writer.Attribute(3, -2);
        writer.End(nest);
        Golden.AssertEqual(
            Golden.Bytes(
                """
                1c 00 12 00   ; 28 bytes, attribute 18
                  05 00 01 00 ; 5 bytes, attribute 1
                    07
                    00 00 00  ; padding
                  07 00 02 00 ; 7 bytes, attribute 2
                    65 30 00  ; "e0" and its zero
                    00        ; padding
                  08 00 03 00 ; 8 bytes, attribute 3
                    fe ff ff ff
                """),
            writer.Written);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 4)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 8)]
    public void Lengths_are_aligned_to_four(int length, int aligned) =>
        Assert.Equal(aligned, MessageWriter.Align(length));

    // The given bytes are used first, and a started message continues in larger ones.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(23)]
    [InlineData(64)]
    public void The_buffer_grows_as_needed(int size)
    {
        var writer = new MessageWriter(new byte[size]);
        var message = writer.BeginMessage(16, 1, 7);
        var nest = writer.BeginNest(18);
        writer.Attribute(1, "e0");
        writer.BigEndian(2, 0x01020304u);
        writer.BigEndian(3, 0x0102030405060708ul);
        writer.Struct(5);
        writer.End(nest);
        writer.EndMessage(message);
        Golden.AssertEqual(
            Golden.Bytes(
                """
                34 00 00 00 10 00 01 00 07 00 00 00 00 00 00 00
                24 00 12 80   ; 36 bytes, attribute 18, NLA_F_NESTED
                  07 00 01 00 65 30 00 00
                  08 00 02 00 01 02 03 04
                  0c 00 03 00 01 02 03 04 05 06 07 08
                  05 00 00 00
                """),
            writer.Written);
    }

    // An alias may have any length in a configuration; a length of 16 bits must not wrap around.
    [Fact]
    public void An_attribute_too_long_for_its_length_field_is_refused() => Assert.Throws<OverflowException>(() =>
    {
        var writer = new MessageWriter(new byte[128 * 1024]);
        writer.Attribute(20, new byte[65536]);
    });
}

namespace CniBridge.Linux.Tests;

public sealed class GoldenTests
{
    [Fact]
    public void Bytes_are_read_up_to_the_semicolon_of_each_line() =>
        Assert.Equal([0x01, 0xff, 0x20], Golden.Bytes("; $ ip link\n01 ff ; dead beef\n  20\n\n; 33"));

    [Fact]
    public void Differing_bytes_are_printed_side_by_side() => Assert.Equal(
        """
        offset  expected     actual
          0000  01 02 03 04  01 02 03 04
          0004  05 06        05 07 08    <--

        """,
        Golden.SideBySide([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 7, 8]));

    [Fact]
    public void Equal_bytes_pass_and_others_fail()
    {
        Golden.AssertEqual([1, 2], [1, 2]);
        Assert.ThrowsAny<Exception>(() => Golden.AssertEqual([1, 2], [1, 3]));
    }
}

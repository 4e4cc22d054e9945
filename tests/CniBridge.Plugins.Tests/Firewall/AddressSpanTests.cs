using CniBridge.Linux.Addresses;

namespace CniBridge.Plugins.Tests.Firewall;

public sealed class AddressSpanTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("10.0.0.1-10.0.0.5", "10.0.0.1-10.0.0.5")]
    [InlineData("10.0.0.9-10.0.0.9 10.0.0.1-10.0.0.1", "10.0.0.1-10.0.0.1 10.0.0.9-10.0.0.9")]
    // Overlapping, nested and equal spans
    [InlineData("10.0.0.1-10.0.0.5 10.0.0.5-10.0.0.9", "10.0.0.1-10.0.0.9")]
    [InlineData("10.0.0.3-10.0.0.9 10.0.0.1-10.0.0.5", "10.0.0.1-10.0.0.9")]
    [InlineData("10.0.0.1-10.0.0.9 10.0.0.3-10.0.0.5", "10.0.0.1-10.0.0.9")]
    [InlineData("10.0.0.1-10.0.0.9 10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9")]
    [InlineData("10.0.0.1-10.0.0.2 10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9")]
    // Adjacent and separate spans
    [InlineData("10.0.0.1-10.0.0.4 10.0.0.5-10.0.0.9", "10.0.0.1-10.0.0.9")]
    [InlineData("10.0.0.1-10.0.0.4 10.0.0.6-10.0.0.9", "10.0.0.1-10.0.0.4 10.0.0.6-10.0.0.9")]
    [InlineData("10.0.0.0-10.0.0.255 10.0.1.0-10.0.1.255 10.0.2.0-10.0.2.255", "10.0.0.0-10.0.2.255")]
    [InlineData("10.0.0.1-10.0.0.9 10.0.0.2-10.0.0.3 10.0.0.10-10.0.0.12", "10.0.0.1-10.0.0.12")]
    // The ends of the address families
    [InlineData("0.0.0.0-255.255.255.255 10.0.0.0-10.0.0.255 0.0.0.0-0.0.0.0", "0.0.0.0-255.255.255.255")]
    [InlineData("0.0.0.0-0.0.0.0 255.255.255.255-255.255.255.255", "0.0.0.0-0.0.0.0 255.255.255.255-255.255.255.255")]
    [InlineData("255.255.255.254-255.255.255.255 255.255.255.255-255.255.255.255", "255.255.255.254-255.255.255.255")]
    [InlineData("0.0.0.0-127.255.255.255 128.0.0.0-255.255.255.255", "0.0.0.0-255.255.255.255")]
    [InlineData("fd00::1-fd00::5 fd00::6-fd00::9", "fd00::1-fd00::9")]
    [InlineData("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ff00::-ffff::", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void Spans_without_a_gap_are_merged(string spans, string merged) =>
        Assert.Equal(merged, string.Join(' ', AddressSpan.Merge(Read(spans))));

    [Theory]
    [InlineData("10.0.0.5/24", "10.0.0.0-10.0.0.255")]
    [InlineData("10.0.0.5/32", "10.0.0.5-10.0.0.5")]
    [InlineData("0.0.0.0/0", "0.0.0.0-255.255.255.255")]
    [InlineData("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("fd00::5/64", "fd00::-fd00::ffff:ffff:ffff:ffff")]
    public void A_network_becomes_one_span(string network, string span) =>
        Assert.Equal(span, AddressSpan.From(Cidr.Parse(network)).ToString());

    // A bit for each of sixteen addresses gives the same result as the spans.
    [Fact]
    public void Merged_spans_contain_the_same_addresses()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new PseudoRandom(seed + 1);
            var spans = new List<AddressSpan>();
            var bits = 0;
            for (var count = random.Next(6); count > 0; count--)
            {
                var first = random.Next(16);
                var last = first + random.Next(16 - first);
                spans.Add(new AddressSpan(At(first), At(last)));
                for (var i = first; i <= last; i++)
                    bits |= 1 << i;
            }
            var merged = AddressSpan.Merge(spans);
            Assert.Equal(bits, merged.Sum(BitsOf));
            for (var i = 1; i < merged.Count; i++)
                Assert.True(merged[i - 1].Last.Next() < merged[i].First);
        }
    }

    /// <summary>Returns one of the last sixteen IPv4 addresses.</summary>
    static IpAddress At(int number) => IpAddress.FromBytes([255, 255, 255, (byte)(240 + number)]);

    static int BitsOf(AddressSpan span)
    {
        var bits = 0;
        for (var i = 0; i < 16; i++)
            bits |= At(i) >= span.First && At(i) <= span.Last ? 1 << i : 0;
        return bits;
    }

    static IEnumerable<AddressSpan> Read(string spans) => spans.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(span => span.Split('-'))
        .Select(ends => new AddressSpan(IpAddress.Parse(ends[0]), IpAddress.Parse(ends[1])));
}

using CniBridge.Linux.Addresses;

namespace CniBridge.Linux.Tests.Addresses;

public sealed class CidrSummaryTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.244.1.0/24 10.244.0.0/24", "10.244.0.0/23")]
    [InlineData("10.244.1.0/24 10.244.2.0/24 10.244.3.0/24", "10.244.1.0/24 10.244.2.0/23")]
    [InlineData("10.244.0.0/24 10.244.2.0/24", "10.244.0.0/24 10.244.2.0/24")]
    [InlineData("10.244.0.0/26 10.244.0.64/26 10.244.0.128/25 10.244.1.0/24", "10.244.0.0/23")]
    [InlineData("10.244.0.0/24 10.244.0.128/25 10.244.0.0/24 10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.0.0.0/8 10.255.255.255/32 11.0.0.0/8", "10.0.0.0/7")]
    [InlineData("10.9.9.9/8", "10.0.0.0/8")]
    [InlineData("0.0.0.0/1 128.0.0.0/1", "0.0.0.0/0")]
    [InlineData("::/0 ::/0 fd00::/8", "::/0")]
    [InlineData("fd00:1::/64 10.0.0.0/8 fd00:1:0:1::/64", "10.0.0.0/8 fd00:1::/63")]
    [InlineData("255.255.255.255/32 255.255.255.254/32", "255.255.255.254/31")]
    [InlineData("::/128 0.0.0.0/32", "0.0.0.0/32 ::/128")]
    public void A_summary_has_the_fewest_networks_for_the_same_addresses(string networks, string summary) => Assert.Equal(
        summary, string.Join(' ', CidrSummary.Create(networks.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Cidr.Parse))));

#pragma warning disable CA5394 // A test that can be repeated is what a known seed is for.
    // The space is small enough to try every address: both contain the same ones, and no two networks of the result can be merged.
    [Fact]
    public void A_summary_of_random_networks_contains_exactly_their_addresses()
    {
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var networks = Enumerable.Range(0, random.Next(1, 12))
                .Select(_ => new Cidr(IpAddress.FromBytes([10, 0, 0, (byte)random.Next(256)]), random.Next(25, 33))).ToList();

            var summary = CidrSummary.Create(networks);

            for (var last = 0; last < 256; last++)
            {
                var address = IpAddress.FromBytes([10, 0, 0, (byte)last]);
                Assert.Equal(
                    networks.Exists(network => network.Contains(address)) ? 1 : 0, summary.Count(network => network.Contains(address)));
            }
            Assert.DoesNotContain(summary.Zip(summary.Skip(1)), pair =>
                pair.First.PrefixLength == pair.Second.PrefixLength &&
                new Cidr(pair.First.Address, pair.First.PrefixLength - 1).Contains(pair.Second.Address));
        }
    }
#pragma warning restore CA5394
}

using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal.Ranges;

namespace CniBridge.Plugins.Tests.HostLocal;

/// <summary>Tests of the order in which the addresses of a range set are tried.</summary>
public sealed class CandidatesTests
{
    /// <summary>Parses ranges: SUBNET, or SUBNET+START-END, separated by spaces.</summary>
    internal static RangeSet Set(string text, int index = 0) => new(index, [.. text.Split(' ').Select(range =>
        range.Split('+', '-') is [var subnet, var start, var end]
            ? AddressRangeTests.Parse(subnet, start, end)
            : AddressRangeTests.Parse(range))]);

    static string Walk(string set, string? last) => string.Join(' ', Candidates
        .List(Set(set), last is null ? null : IpAddress.Parse(last))
        .Select(candidate => candidate.Address.ToString().Split('.', ':')[^1]));

    [Theory]
    [InlineData("192.168.1.0/29", null, "2 3 4 5 6")]
    [InlineData("192.168.1.0/29", "192.168.1.2", "3 4 5 6 2")]
    [InlineData("192.168.1.0/29", "192.168.1.3", "4 5 6 2 3")]
    // The search wraps around at the end. An address outside the ranges is ignored.
    [InlineData("192.168.1.0/29", "192.168.1.6", "2 3 4 5 6")]
    [InlineData("192.168.1.0/29", "192.168.1.7", "2 3 4 5 6")]
    [InlineData("192.168.1.0/29", "10.0.0.3", "2 3 4 5 6")]
    [InlineData("192.168.1.0/29", "fd00::3", "2 3 4 5 6")]
    // The last address was the gateway before a change of the configuration.
    [InlineData("192.168.1.0/29", "192.168.1.1", "2 3 4 5 6")]
    [InlineData("192.168.1.0/30", null, "2")]
    [InlineData("192.168.1.0/30", "192.168.1.2", "2")]
    [InlineData("192.168.1.0/24+192.168.1.9-192.168.1.9", null, "9")]
    [InlineData("192.168.1.0/24+192.168.1.9-192.168.1.9", "192.168.1.9", "9")]
    [InlineData("192.168.1.0/24+192.168.1.1-192.168.1.1", null, "")]
    [InlineData("192.168.1.0/24+192.168.1.254-192.168.1.255", null, "254 255")]
    // The search passes several ranges, each without its own gateway.
    [InlineData("192.168.1.0/30 192.168.2.0/29", null, "2 2 3 4 5 6")]
    [InlineData("192.168.1.0/30 192.168.2.0/29", "192.168.1.2", "2 3 4 5 6 2")]
    [InlineData("192.168.1.0/30 192.168.2.0/29", "192.168.2.4", "5 6 2 2 3 4")]
    [InlineData("10.0.1.0/24+10.0.1.3-10.0.1.4 10.0.2.0/24+10.0.2.5-10.0.2.6 10.0.3.0/24+10.0.3.7-10.0.3.8", "10.0.3.8", "3 4 5 6 7 8")]
    [InlineData("10.0.1.0/24+10.0.1.3-10.0.1.4 10.0.2.0/24+10.0.2.5-10.0.2.6 10.0.3.0/24+10.0.3.7-10.0.3.8", "10.0.2.5", "6 7 8 3 4 5")]
    [InlineData("10.0.1.0/24+10.0.1.0-10.0.1.3 10.0.2.0/24+10.0.2.0-10.0.2.3", "10.0.1.3", "0 2 3 0 2 3")]
    // Addresses do not wrap at the ends of the families.
    [InlineData("255.255.255.0/24+255.255.255.254-255.255.255.255", null, "254 255")]
    [InlineData("255.255.255.0/24+255.255.255.254-255.255.255.255", "255.255.255.255", "254 255")]
    [InlineData("255.255.255.0/24+255.255.255.254-255.255.255.255", "255.255.255.254", "255 254")]
    [InlineData("0.0.0.0/24+0.0.0.0-0.0.0.2", null, "0 2")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126", null, "fffe ffff")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "ffff fffe")]
    [InlineData("2001:db8::/126", null, "2 3")]
    public void Candidates_start_after_the_last_assigned_address_and_end_with_it(string set, string? last, string expected) =>
        Assert.Equal(expected, Walk(set, last));

    [Fact]
    public void A_range_of_2_to_the_64_is_walked_lazily() =>
        Assert.Equal(["2001:db8::2", "2001:db8::3"],
            Candidates.List(Set("2001:db8::/64"), null).Take(2).Select(candidate => candidate.Address.ToString()));

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Each_address_except_gateways_comes_once_and_the_last_assigned_one_last(int seed)
    {
        var random = new PseudoRandom(seed);
        var set = new RangeSet(0, [.. Enumerable.Range(0, 1 + random.Next(4)).Select(i => RandomRange(random, i))]);
        var all = set.Ranges.SelectMany(range => All(range).Where(address => address != range.Gateway)).ToHashSet();
        var everything = set.Ranges.SelectMany(All).ToList();
        var last = random.Next(5) == 0 ? (IpAddress?)null : everything[random.Next(everything.Count)];

        var walked = Candidates.List(set, last).ToList();

        Assert.Equal(all.Count, walked.Count);
        Assert.Equal(all, walked.Select(candidate => candidate.Address).ToHashSet());
        Assert.All(walked, candidate => Assert.Same(set.Find(candidate.Address), candidate.Range));
        if (last is { } known && all.Contains(known))
            Assert.Equal(known, walked[^1].Address);
        // An error in the test's own list would make the comparison worthless.
        Assert.All(everything, address => Assert.NotNull(set.Find(address)));
    }

    static AddressRange RandomRange(PseudoRandom random, int index)
    {
        var (first, second) = (random.Next(256), random.Next(256));
        var (start, end) = (Math.Min(first, second), Math.Max(first, second));
        return AddressRangeTests.Parse($"10.0.{index}.0/24", $"10.0.{index}.{start}", $"10.0.{index}.{end}",
            $"10.0.{(random.Next(8) == 0 ? 99 : index)}.{random.Next(256)}");
    }

    static IEnumerable<IpAddress> All(AddressRange range)
    {
        for (var address = range.Start; address < range.End; address = address.Next())
            yield return address;
        yield return range.End;
    }
}

using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Ranges;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Tests.HostLocal.Store;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class ExclusionTests
{
    static RangeSet Set(string set, params string[] excluded) =>
        CandidatesTests.Set(set) with { Exclusions = Exclusion.Parse([.. excluded], "ipam.exclude") };

    static string Walk(RangeSet set, string? last = null, int limit = 20) => string.Join(' ', Candidates
        .List(set, last is null ? null : IpAddress.Parse(last)).Take(limit)
        .Select(candidate => candidate.Address.ToString().Split('.', ':')[^1]));

    [Theory]
    [InlineData("10.0.0.0/29", "10.0.0.3", null, "2 4 5 6")]
    [InlineData("10.0.0.0/29", "10.0.0.4/31", null, "2 3 6")]
    [InlineData("10.0.0.0/29", "10.0.0.3-10.0.0.5", null, "2 6")]
    [InlineData("10.0.0.0/29", "10.0.0.3-10.0.0.5", "10.0.0.2", "6 2")]
    [InlineData("10.0.0.0/29", "10.0.0.5-10.0.1.77", "10.0.0.4", "2 3 4")]
    [InlineData("10.0.0.0/29", "10.0.0.5-255.255.255.255", null, "2 3 4")]
    [InlineData("10.0.0.0/29", "0.0.0.0/0", null, "")]
    [InlineData("10.0.0.0/29", "::/0", null, "2 3 4 5 6")]
    [InlineData("10.0.0.0/30 10.0.1.0/29", "10.0.0.2-10.0.1.4", null, "5 6")]
    public void Excluded_addresses_are_skipped(string set, string excluded, string? last, string expected) =>
        Assert.Equal(expected, Walk(Set(set, excluded), last));

    // No test can count to 2^63.
    [Fact]
    public void Any_number_of_values_is_accepted() =>
        Assert.Equal("8000:0:0:0 8000:0:0:1", string.Join(' ', Candidates.List(Set("fd00::/64", "fd00::/65"), null).Take(2)
            .Select(candidate => candidate.Address.ToString()["fd00::".Length..])));

    [Fact]
    public void An_excluded_requested_address_is_refused_with_key_and_value()
    {
        var config = AllocatorTests.Config("10.0.0.0/24", "10.0.0.20");
        config = config with { RangeSets = [Set("10.0.0.0/24", "10.0.0.5", "10.0.0.16/28")] };
        var refusal = Assert.Throws<CniException>(() => AllocatorTests.Allocate(new MemoryStore(), config));
        Assert.Contains(
            "requested IP address 10.0.0.20 is never handed out: ipam.exclude[1] = 10.0.0.16/28", refusal.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.5-")]
    [InlineData("10.0.0.5-10.0.0.4")]
    [InlineData("10.0.0.5-fd00::5")]
    [InlineData("10.0.0.5 - 10.0.0.9")]
    public void An_invalid_value_is_refused(string text) =>
        Requests.AssertRefused(
            CniErrorCode.InvalidConfig, () => Exclusion.Parse(["10.0.0.1", text], "ipam.exclude"), $"ipam.exclude[1] = {text}");

    [Theory]
    [InlineData("10.1.0.77", false)]
    [InlineData("10.1.0.250-10.2.0.0", false)]
    [InlineData("10.0.0.0/8", false)]
    [InlineData("10.2.0.0/24", true)]
    [InlineData("fd00::/8", true)]
    public void An_exclusion_outside_all_ranges_is_reported(string excluded, bool isTold)
    {
        using var root = new TemporaryDirectory();
        using var log = new StringWriter(CultureInfo.InvariantCulture);
        HostLocalAddresses.ForAdd(Requests.Make($$"""
            {"ipam": {"type": "host-local", "dataDir": "{{root["data"]}}", "subnet": "10.1.0.0/24", "exclude": ["{{excluded}}"]} }
            """, log: log), CniArgs.Parse(""), AttachmentNetwork.None);
        Assert.Equal(isTold ? $"ipam.exclude[0] = {excluded}: no range contains these addresses\n" : "", log.ToString());
    }
}

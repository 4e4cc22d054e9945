using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

public sealed class CniVersionTests
{
    [Theory]
    [InlineData("0.4.0", "0.4.0", true)]
    [InlineData("0.4.0", "0.3.1", true)]
    [InlineData("0.3.1", "0.4.0", false)]
    [InlineData("1.0.0", "0.4.0", true)]
    [InlineData("0.10.0", "0.9.0", true)]
    [InlineData("0.4.10", "0.4.9", true)]
    [InlineData("10.0.0", "9.9.9", true)]
    [InlineData("0.3.99", "0.4.0", false)]
    // Missing parts are 0, and a missing version is the oldest.
    [InlineData("1", "1.0.0", true)]
    [InlineData("1.1", "1.1.0", true)]
    [InlineData("0.4", "0.4.1", false)]
    [InlineData("1.0.0", "1", true)]
    [InlineData("", "0.1.0", true)]
    [InlineData("", "0.1.1", false)]
    public void Versions_are_compared_as_numbers_part_by_part(string version, string since, bool isAtLeast) =>
        Assert.Equal(isAtLeast, CniVersion.IsAtLeast(version, since));

    [Theory]
    [InlineData("1.0.0.0")]
    [InlineData("1.2.3.4.5")]
    [InlineData("adsfsadf")]
    [InlineData("a.0.0")]
    [InlineData("1.b.0")]
    [InlineData("1.0.c")]
    [InlineData("1..0")]
    [InlineData(".")]
    [InlineData("1.")]
    [InlineData("-1.0.0")]
    [InlineData("1.0.0 ")]
    [InlineData("1.0.0\n")]
    [InlineData("1,0,0")]
    [InlineData("١.0.0")]
    [InlineData("99999999999.0.0")]
    public void An_invalid_version_is_a_decoding_failure(string version) =>
        Requests.AssertRefused(CniErrorCode.DecodingFailure, () => CniVersion.IsAtLeast(version, "0.1.0"),
            $"invalid version \"{version}\"");

    [Fact]
    public void A_version_with_another_spelling_is_unsupported()
    {
        Assert.Equal(["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"], CniVersion.Supported);
        foreach (var version in CniVersion.Supported)
            CniVersion.CheckSupported(version);
        foreach (var version in (string[])["", "1.0", "1", "01.0.0", "1.0.0 ", "1.2.0", "1.1.1", "9.9.9"])
        {
            var refusal = Assert.Throws<CniException>(() => CniVersion.CheckSupported(version));
            Assert.Equal((CniErrorCode.IncompatibleVersion, "incompatible CNI versions"), (refusal.Code, refusal.Message));
            Assert.StartsWith($"config is \"{version}\", plugin supports [\"0.1.0\" ", refusal.Details, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Results_have_interfaces_since_0_3_0()
    {
        Assert.Equal(["0.1.0", "0.2.0"], CniVersion.Supported.Where(version => !CniVersion.HasInterfaces(version)));
        Assert.Equal("1.1.0", CniVersion.Current);
        Assert.Equal("0.1.0", CniVersion.Oldest);
    }
}

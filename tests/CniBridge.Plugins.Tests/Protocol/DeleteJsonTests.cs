using System.Text;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

/// <summary>Tests of the keys that DEL and GC read. Other errors in the configuration must not stop the release of an address.</summary>
public sealed class DeleteJsonTests
{
    static IpamDeleteJson? Read(string config) =>
        CniJson.Decode(Encoding.UTF8.GetBytes(config), DeleteJson.Read, "network config").Ipam;

    [Fact]
    public void Type_and_directories_are_read() => Assert.Equal(
        new IpamDeleteJson { Type = "host-local", DataDir = "/a", StateDir = "/b" },
        Read("""{"IPAM":{"type":"host-local","dataDir":"/a","stateDir":"/b","subnet":5,"ranges":"x"},"mtu":"x","vlanTrunk":[null]}"""));

    [Theory]
    [InlineData("""{"macspoofchk":true}""", true)]
    [InlineData("""{"MacSpoofChk":true,"ipam":{}}""", true)]
    [InlineData("""{"macspoofchk":false}""", false)]
    [InlineData("""{"macspoofchk":"true"}""", false)]
    [InlineData("""{"macspoofchk":null}""", false)]
    [InlineData("{}", false)]
    public void A_macspoofchk_of_a_wrong_type_counts_as_false(string config, bool isChecked) => Assert.Equal(
        isChecked, CniJson.Decode(Encoding.UTF8.GetBytes(config), DeleteJson.Read, "network config").ChecksMacSpoofing);

    // The directory is a cache, so another one works as well.
    [Theory]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\"")]
    [InlineData("\"/a\\u0000b\"")]
    [InlineData("\"relative\"")]
    public void A_state_directory_that_is_invalid_counts_as_absent(string value) =>
        Assert.Null(Read($$"""{"ipam":{"stateDir":{{value}} } }""")!.StateDir);

    [Theory]
    [InlineData("7", 7)]
    [InlineData("-7", -7)]
    [InlineData("\"7\"", null)]
    [InlineData("7.5", null)]
    [InlineData("{}", null)]
    [InlineData("99999999999", null)]
    public void Invalid_seconds_count_as_absent(string value, int? seconds)
    {
        Assert.Equal(seconds, Read($$"""{"ipam":{"reuseDelay":{{value}} } }""")!.ReuseDelay);
        Assert.Equal(seconds, Read($$"""{"ipam":{"lockTimeout":{{value}} } }""")!.LockTimeout);
    }

    [Theory]
    [InlineData("dataDir")]
    [InlineData("type")]
    public void The_data_directory_must_be_a_string(string key) => Requests.AssertRefused(
        CniErrorCode.DecodingFailure, () => Read($$"""{"ipam":{"{{key}}":5} }"""), $"key ipam.{key}: expected a string, found 5");
}

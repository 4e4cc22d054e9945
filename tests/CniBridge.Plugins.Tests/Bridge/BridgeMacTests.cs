using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>Tests of the pod's MAC: its sources and its forms.</summary>
public sealed class BridgeMacTests
{
    const string A = "02:00:00:00:00:0a", B = "02:00:00:00:00:0b", C = "02:00:00:00:00:0c";

    static string Config(string? runtime, string? cni) =>
        "{\"RuntimeConfig\":{\"Mac\":" + Quoted(runtime) + "},\"args\":{\"cni\":{\"mac\":" + Quoted(cni) + "}}}";

    static string Quoted(string? text) => text is null ? "null" : $"\"{text}\"";

    // The runtime's MAC wins over that of the configuration, which wins over CNI_ARGS. An empty one does not count.
    [Theory]
    [InlineData(A, B, "MAC=" + C, A)]
    [InlineData(A, null, "", A)]
    [InlineData(null, B, "MAC=" + C, B)]
    [InlineData("", B, "MAC=" + C, B)]
    [InlineData("", "", "MAC=" + C, C)]
    [InlineData(null, null, "MAC=" + C, C)]
    [InlineData(null, null, "MAC=", null)]
    [InlineData(null, null, "", null)]
    public void The_MAC_of_runtimeConfig_wins_over_args_and_CNI_ARGS(string? runtime, string? cni, string args, string? mac) =>
        Assert.Equal(mac, BridgeConfigTests.Parse(Config(runtime, cni), args).Mac?.ToString());

    [Theory]
    [InlineData("02:11:22:aa:bb:cc")]
    [InlineData("02:11:22:AA:BB:CC")]
    [InlineData("02-11-22-aa-bb-cc")]
    [InlineData("0211.22aa.bbcc")]
    [InlineData("0211.22AA.BBCC")]
    public void Three_forms_in_any_case_are_taken(string text) =>
        Assert.Equal("02:11:22:aa:bb:cc", BridgeConfigTests.Parse(Config(text, null)).Mac?.ToString());

    [Theory]
    [InlineData("zz")]
    [InlineData(" ")]
    [InlineData("02:11:22:aa:bb")]
    [InlineData("02:11:22:aa:bb:cc:dd:ee")]
    [InlineData("02:11:22-aa:bb:cc")]
    [InlineData("021122aabbcc")]
    [InlineData("2:11:22:aa:bb:cc")]
    [InlineData("01:00:5e:00:00:01")]
    [InlineData("ff:ff:ff:ff:ff:ff")]
    [InlineData("00:00:00:00:00:00")]
    public void An_invalid_MAC_is_refused_and_the_error_names_its_source(string text)
    {
        AssertRefused(Config(text, B), "MAC=" + C, $"runtimeConfig.mac = {text}");
        AssertRefused(Config(null, text), "MAC=" + C, $"args.cni.mac = {text}");
        AssertRefused("{}", "MAC=" + text, $"CNI_ARGS MAC = {text}");
    }

    static void AssertRefused(string config, string args, string words) =>
        Requests.AssertRefused(CniErrorCode.InvalidConfig, () => BridgeConfigTests.Parse(config, args), words, "MAC address");
}

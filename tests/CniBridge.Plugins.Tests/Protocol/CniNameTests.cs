using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Protocol;

public sealed class CniNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("a51debf7e1eb")]
    [InlineData("A-b_c.d")]
    [InlineData("a..")]
    [InlineData("9-_.")]
    public void Container_IDs_and_network_names_may_have_letters_digits_and_three_marks(string name)
    {
        CniName.CheckContainerId(name);
        CniName.CheckNetworkName(name);
        Assert.Equal("DEL", CniEnvironment.Read(Call.Variables("DEL", ("CNI_CONTAINERID", name))).CommandName);
    }

    // Each becomes part of a file name, so it must not end a name, change the directory or hide a file.
    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("-a")]
    [InlineData("_a")]
    [InlineData(".a")]
    [InlineData("a/b")]
    [InlineData("../a")]
    [InlineData("/")]
    [InlineData("a b")]
    [InlineData(" a")]
    [InlineData("a\n")]
    [InlineData("a\r\neth0")]
    [InlineData("a\0")]
    [InlineData("a\0b")]
    [InlineData("some-%%container-id")]
    [InlineData("1234%%%")]
    [InlineData("a:b")]
    [InlineData("a;b")]
    [InlineData("é")]
    [InlineData("aé")]
    [InlineData("e\u0301")]
    [InlineData("a٣")]
    [InlineData("ａ")]
    [InlineData("a\u200b")]
    [InlineData("a\ud800")]
    [InlineData("a🎈")]
    public void Invalid_characters_are_refused_and_reported(string name)
    {
        AssertRefused(4, "invalid characters in containerID", name, () => CniName.CheckContainerId(name));
        AssertRefused(7, "invalid characters found in network name", name, () => CniName.CheckNetworkName(name));
    }

    [Fact]
    public void A_name_may_have_the_length_of_a_file_name()
    {
        var longest = new string('a', 255);
        CniName.CheckContainerId(longest);
        CniName.CheckNetworkName(longest);
        AssertRefused(4, "containerID is longer than 255 characters", longest + "a", () => CniName.CheckContainerId(longest + "a"));
        AssertRefused(7, "network name is longer than 255 characters", longest + "a", () => CniName.CheckNetworkName(longest + "a"));
        var name300 = new string('a', 300);
        AssertRefused(4, "containerID is longer than 255 characters", name300, () => CniName.CheckContainerId(name300));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void An_empty_network_name_is_refused(string? name) =>
        AssertRefused(7, "missing network name", "", () => CniName.CheckNetworkName(name));

    [Theory]
    [InlineData("e")]
    [InlineData("eth0")]
    [InlineData("testname")]
    [InlineData("fifteen-bytes--")]
    [InlineData("...")]
    [InlineData("eth0.100")]
    [InlineData("eth-0_1@x")]
    [InlineData("nätéöü")]
    [InlineData("éééééééx")]
    public void Valid_interface_names_are_accepted(string name)
    {
        CniName.CheckInterfaceName(name);
        Assert.Null(CniName.WhyNoInterfaceName(name));
    }

    // The length is in bytes, as IFNAMSIZ counts.
    [Theory]
    [InlineData("")]
    [InlineData("sixteen-bytes---")]
    [InlineData("éééééééé")]
    [InlineData("eth0🎈🎈🎈")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("/testname")]
    [InlineData("../../etc")]
    [InlineData("test:name")]
    [InlineData("test name")]
    [InlineData("test\tname")]
    [InlineData("eth0\n")]
    [InlineData("\neth0")]
    [InlineData("a\u000bb")]
    [InlineData("a\u000cb")]
    [InlineData("a\u0085b")]
    [InlineData("a\u00a0b")]
    [InlineData("a\u1680b")]
    [InlineData("a\u2000b")]
    [InlineData("a\u200ab")]
    [InlineData("a\u2028b")]
    [InlineData("a\u2029b")]
    [InlineData("a\u202fb")]
    [InlineData("a\u205fb")]
    [InlineData("a\u3000b")]
    [InlineData("eth%d")]
    [InlineData("%")]
    [InlineData("a\0b")]
    [InlineData("a\u0001b")]
    [InlineData("a\u007fb")]
    public void Other_interface_names_are_refused(string name)
    {
        var why = CniName.WhyNoInterfaceName(name)!.Value;
        Assert.Equal(Expected(name), why.Message);
        AssertRefused(4, why.Message, why.Details, () => CniName.CheckInterfaceName(name));
        if (why.Message == "interface name is too long")
            Assert.Equal("interface name should be less than 16 characters", why.Details);
    }

    static string Expected(string name) => name switch
    {
        "" => "interface name is empty",
        "sixteen-bytes---" or "éééééééé" or "eth0🎈🎈🎈" => "interface name is too long",
        "." or ".." => "interface name is . or ..",
        "eth%d" or "%" or "a\0b" or "a\u0001b" or "a\u007fb" => "interface name contains % or control characters",
        _ => "interface name contains / or : or whitespace characters",
    };

    // These characters look like white space and are none, so the kernel accepts them.
    [Theory]
    [InlineData("a\u200bb")]
    [InlineData("a\u180eb")]
    public void Invisible_letters_are_accepted(string name) => Assert.Null(CniName.WhyNoInterfaceName(name));

    static void AssertRefused(int code, string message, string details, Action check)
    {
        var refusal = Assert.Throws<CniException>(check);
        Assert.Equal((code, message, details), (refusal.Code, refusal.Message, refusal.Details));
    }
}
